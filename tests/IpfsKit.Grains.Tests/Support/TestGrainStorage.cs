using System.Collections.Concurrent;
using System.Globalization;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Serialization;
using Orleans.Storage;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>Grain storage that outlives clusters, counts, and fails on request. States go through the real serializer.</summary>
public sealed class TestGrainStorage : IGrainStorage
{
    private readonly VersionedGrainStateSerializer _serializer = new(GrainStateJson.Default);
    private readonly ConcurrentDictionary<(string, GrainId), (string ETag, byte[] Bytes)> _rows = new();
    private long _etags;
    private readonly ConcurrentDictionary<GrainId, int> _writes = new();
    private int _reads;

    /// <summary>Writes of one grain; others of the same cluster write when they like.</summary>
    public int WritesOf(GrainId grain) => _writes.GetValueOrDefault(grain);

    public int Reads => _reads;

    public int Rows => _rows.Count;

    /// <summary>Every operation fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>Called before each write; may change what is stored, as another activation would.</summary>
    public Action<GrainId>? BeforeWrite { get; set; }

    /// <summary>Called before each read; may delay it.</summary>
    public Func<GrainId, Task>? BeforeRead { get; set; }

    public bool Has(GrainId grain) => _rows.Keys.Any(key => key.Item2 == grain);

    /// <summary>A stored state.</summary>
    public T Peek<T>(string name, GrainId grain) => _serializer.Deserialize<T>(new BinaryData(_rows[(name, grain)].Bytes));

    /// <summary>Changes a stored state behind its grain's back.</summary>
    public void Change<T>(string name, GrainId grain, Func<T, T> change)
    {
        var row = _rows[(name, grain)];
        _rows[(name, grain)] = (NextETag(), _serializer.Serialize(change(_serializer.Deserialize<T>(new BinaryData(row.Bytes)))).ToArray());
    }

    // As the real ones, a cancelled call does nothing.
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : ClearStateAsync(stateName, grainId, grainState);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (BeforeRead is { } before)
            await before(grainId);
        ThrowIfDown();
        Interlocked.Increment(ref _reads);
        if (_rows.TryGetValue((stateName, grainId), out var row))
            (grainState.State, grainState.ETag, grainState.RecordExists) = (_serializer.Deserialize<T>(new BinaryData(row.Bytes)), row.ETag, true);
        else
            (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke(grainId);
        ThrowIfDown();
        CheckETag(stateName, grainId, grainState.ETag);
        _writes.AddOrUpdate(grainId, 1, static (_, writes) => writes + 1);
        grainState.ETag = NextETag();
        grainState.RecordExists = true;
        _rows[(stateName, grainId)] = (grainState.ETag, _serializer.Serialize(grainState.State).ToArray());
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfDown();
        CheckETag(stateName, grainId, grainState.ETag);
        _rows.TryRemove((stateName, grainId), out _);
        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        return Task.CompletedTask;
    }

    private string NextETag() => Interlocked.Increment(ref _etags).ToString(CultureInfo.InvariantCulture);

    private void CheckETag(string stateName, GrainId grainId, string? etag)
    {
        var stored = _rows.TryGetValue((stateName, grainId), out var row) ? row.ETag : null;
        if (stored != etag)
            throw new InconsistentStateException("Changed meanwhile.", stored ?? "", etag ?? "");
    }

    private void ThrowIfDown()
    {
        if (IsDown)
            throw new IOException("Grain storage is down.");
    }
}
