using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Connections;

/// <summary>The connection manager over connections that a test makes up.</summary>
public sealed class TrimmingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly FakeLogger<ConnectionManager> _log = new();
    private readonly ScriptedConnections _connections = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trim_ThatFails_IsLoggedAndTriedAgain()
    {
        await using var manager = Create();
        _connections.OnList = () =>
        {
            _connections.OnList = null;
            throw new InvalidOperationException("on purpose");
        };

        manager.OnConnection();

        await Eventually.TrueAsync(
            "it is tried again",
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(_connections.Closed.Count == 2);
            },
            Patience,
            Cancellation);
        Assert.IsType<InvalidOperationException>(Assert.Single(_log.Collector.GetSnapshot(), item => item.Exception is not null).Exception);
    }

    [Fact]
    public async Task Trim_PeerThatIsProtectedMeanwhile_IsLeftAlone()
    {
        await using var manager = Create();
        _connections.OnClose = peer => manager.Protect(peer == Alice ? Bob : Alice, "needed");

        Assert.Equal(1, await manager.TrimAsync(Cancellation));

        Assert.Single(_connections.Closed);
    }

    private ConnectionManager Create() => new(_connections, new WaterMarks(0, 1, TimeSpan.Zero), TimeSpan.FromSeconds(1), _time, new Libp2pInstruments(), _log);

    private sealed class ScriptedConnections : ITrimmable
    {
        private readonly List<PeerId> _peers = [Alice, Bob];

        public List<PeerId> Closed { get; } = [];

        public Action? OnList { get; set; }

        public Action<PeerId>? OnClose { get; set; }

        public int ConnectionCount => _peers.Count;

        public IReadOnlyList<TrimCandidate> GetPeers()
        {
            OnList?.Invoke();
            return [.. _peers.Select(peer => new TrimCandidate(peer, 1, DateTimeOffset.MinValue, 0, 0, true, false))];
        }

        public Task<int> CloseAsync(PeerId peer, CancellationToken cancellationToken)
        {
            OnClose?.Invoke(peer);
            Closed.Add(peer);
            _peers.Remove(peer);
            return Task.FromResult(1);
        }
    }
}
