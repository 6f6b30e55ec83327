using IpfsKit.Grains.Replication;
using IpfsKit.Multiformats;
using Orleans.Services;

namespace IpfsKit.Grains.Transport;

/// <summary>What grains tell the node of a silo to do. Every command returns at once; what became of it is told to the content grain by <see cref="Content.IContentHolderGrain.ReportAsync"/>.</summary>
/// <remarks>A command that is repeated under the same operation id while it is under way does nothing.</remarks>
[Alias("ipfskit.ITransportGrainService")]
internal interface ITransportGrainService : IGrainService
{
    /// <summary>Hold a root: fetch what is missing of it, and acknowledge it.</summary>
    [Alias("BeginHold")]
    Task BeginHoldAsync(Guid operationId, HoldRequest request);

    /// <summary>Forget a root (<see cref="Nodes.INodeControlGrain.DropRootAsync"/>).</summary>
    [Alias("BeginDrop")]
    Task BeginDropAsync(Guid operationId, Cid root, long revision);

    /// <summary>Connect with a peer that has the root.</summary>
    [Alias("BeginConnect")]
    Task BeginConnectAsync(Guid operationId, Cid root, Multiaddr address);

    /// <summary>Whether the block is here; answered from the index in memory.</summary>
    [Alias("HasBlock")]
    Task<bool> HasBlockAsync(Cid cid);

    /// <summary>How another silo is.</summary>
    [Alias("Announce")]
    Task AnnounceAsync(NodeLoad load);

    /// <summary>Which node the silo is.</summary>
    [Alias("Identify")]
    Task<PeerId> IdentifyAsync();

    /// <summary>Give an operation up; its report says so. One that has ended, or is unknown, is none of this call's business.</summary>
    [Alias("Cancel")]
    Task CancelAsync(Guid operationId);
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.TransportOutcome")]
internal sealed record TransportOutcome
{
    /// <summary>The silo.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>Why it failed, or null if it did not.</summary>
    [Id(1)] public string? Failure { get; init; }
}
