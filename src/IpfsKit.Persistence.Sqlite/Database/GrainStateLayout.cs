using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>Whose rows a silo reads and writes, and how they are found.</summary>
/// <param name="ServiceId">Orleans' service id.</param>
internal sealed record GrainStateLayout(string ServiceId)
{
    /// <summary>How many entries of the index are written together.</summary>
    public int IndexBatch { get; init; } = DeferredIndex<long>.DefaultLimit;

    /// <summary>The bits of a hash that count; tests of collisions leave some out.</summary>
    public long HashMask { get; init; } = -1;

    /// <summary>What the index holds for a state.</summary>
    public long HashOf(in GrainStateKey key) => key.Hash & HashMask;
}
