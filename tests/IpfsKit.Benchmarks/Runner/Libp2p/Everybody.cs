using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Refuses nobody and limits nothing.</summary>
internal sealed class Everybody : IConnectionAdmission, IMemoryBudget
{
    public static readonly Everybody Instance = new();

    public IMemoryBudget Memory => this;

    public void OnConnected(ITransportConnection connection)
    {
    }

    public void OnSecured(SecureSession session)
    {
    }

    public void OnUpgraded(IMuxedConnection connection)
    {
    }

    public bool TryReserve(long bytes, MemoryPriority priority) => true;

    public void Release(long bytes)
    {
    }
}
