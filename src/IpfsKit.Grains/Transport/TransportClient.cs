using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;
using Orleans.Runtime.Services;

namespace IpfsKit.Grains.Transport;

/// <summary>Finds the transport service of a node.</summary>
internal interface ITransportClient
{
    /// <summary>The service, or null if the node is not active.</summary>
    ITransportGrainService? Find(PeerId node);

    /// <summary>The service of a silo, whatever node it is.</summary>
    ITransportGrainService At(SiloAddress silo);
}

/// <inheritdoc/>
internal sealed class TransportClient(IServiceProvider services, ClusterNodes nodes) : GrainServiceClient<ITransportGrainService>(services), ITransportClient
{
    /// <inheritdoc/>
    public ITransportGrainService? Find(PeerId node) => nodes.TryGetSilo(node, out var silo) ? GetGrainService(silo) : null;

    /// <inheritdoc/>
    public ITransportGrainService At(SiloAddress silo) => GetGrainService(silo);
}
