using Azure;

namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>Where states are kept: bytes by place, with ETags. It throws what the SDK throws.</summary>
/// <typeparam name="TPlace">Where a state is.</typeparam>
internal interface IStateStore<TPlace>
{
    /// <summary>What it is and where, for messages: <c>table 'OrleansGrainState'</c>.</summary>
    string Description { get; }

    /// <summary>Makes or finds it.</summary>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>The place of a state.</summary>
    /// <exception cref="FormatException">Azure Storage has no such place; the message is the end of a sentence.</exception>
    TPlace PlaceOf(string stateName, GrainId grainId);

    /// <summary>What is there; null if nothing is.</summary>
    /// <exception cref="FormatException">What is there is no state.</exception>
    /// <exception cref="StateSizeException">It is too large.</exception>
    Task<StoredState?> ReadAsync(TPlace place, CancellationToken cancellationToken);

    /// <summary>Writes where nothing is (<paramref name="etag"/> null or empty) or the ETag is still this one, and gives the new one.</summary>
    /// <exception cref="FormatException">These bytes cannot be kept there.</exception>
    /// <exception cref="StateSizeException">They are too many; nothing was sent.</exception>
    Task<string> WriteAsync(TPlace place, string? etag, BinaryData payload, CancellationToken cancellationToken);

    /// <summary>Clears under the same conditions, and gives the ETag of what stays, or null.</summary>
    Task<string?> ClearAsync(TPlace place, string? etag, CancellationToken cancellationToken);

    /// <summary>Whether an error means that what is stored is not what the caller took it for.</summary>
    bool IsConflict(RequestFailedException fault);
}

/// <summary>A state as it is stored; empty if it was cleared.</summary>
internal sealed record StoredState(BinaryData Payload, string ETag);

/// <summary>A state is too large for its place.</summary>
internal sealed class StateSizeException(long size, long maxSize, string unit) : Exception
{
    public long Size => size;

    public long MaxSize => maxSize;

    public string Unit => unit;
}
