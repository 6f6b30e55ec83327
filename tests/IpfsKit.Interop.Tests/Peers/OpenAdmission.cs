using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>Lets every connection through.</summary>
internal sealed class OpenAdmission : IConnectionAdmission, IMemoryBudget
{
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
