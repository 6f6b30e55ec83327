using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>Admits everything but the steps that a test names, and remembers the steps.</summary>
internal sealed class TestAdmission(string? refused = null) : IConnectionAdmission, IMemoryBudget
{
    private long _reserved;

    public List<string> Steps { get; } = [];

    public IMuxedConnection? Upgraded { get; private set; }

    public long Reserved => Interlocked.Read(ref _reserved);

    public IMemoryBudget Memory => this;

    public void OnConnected(ITransportConnection connection) => Step("connected");

    public void OnSecured(SecureSession session) => Step("secured");

    public void OnUpgraded(IMuxedConnection connection)
    {
        Upgraded = connection;
        Step("upgraded");
    }

    public bool TryReserve(long bytes, MemoryPriority priority)
    {
        Interlocked.Add(ref _reserved, bytes);
        return true;
    }

    public void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);

    private void Step(string step)
    {
        Steps.Add(step);
        if (step == refused)
            throw new ResourceLimitExceededException("transient", "connections", 1);
    }
}
