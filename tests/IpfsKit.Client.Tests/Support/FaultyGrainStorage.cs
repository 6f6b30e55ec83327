using System.Collections.Concurrent;
using Orleans.Storage;

namespace IpfsKit.Client.Tests.Support;

/// <summary>Grain storage in memory that fails when it is told to.</summary>
internal sealed class FaultyGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (string ETag, object State)> _rows = new();
    private long _etags;

    /// <summary>What every call throws, if anything.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What writing throws, if anything.</summary>
    public Exception? WriteFault { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfFaulty();
        if (_rows.TryGetValue((stateName, grainId), out var row))
            (grainState.State, grainState.ETag, grainState.RecordExists) = ((T)row.State, row.ETag, true);
        else
            (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfFaulty(WriteFault);
        (grainState.ETag, grainState.RecordExists) = ($"{Interlocked.Increment(ref _etags)}", true);
        _rows[(stateName, grainId)] = (grainState.ETag, grainState.State!);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfFaulty(WriteFault);
        _rows.TryRemove((stateName, grainId), out _);
        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        return Task.CompletedTask;
    }

    private void ThrowIfFaulty(Exception? also = null)
    {
        if ((Fault ?? also) is { } fault)
            throw fault;
    }
}
