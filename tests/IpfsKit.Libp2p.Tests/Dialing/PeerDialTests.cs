using IpfsKit.Libp2p.Dialing;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Tests.Dns;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Dialing;

public sealed class PeerDialTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedDialer _dialer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_FirstAddressIsSlow_TheNextIsTriedBesideIt()
    {
        var dial = Dial(0, 250, 500).RunAsync(Cancellation);
        Assert.Equal([Address(0)], _dialer.Started);

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Single(_dialer.Started);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _dialer.StartedAsync(2);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await _dialer.StartedAsync(3);

        _dialer.Fail(Address(0));
        _dialer.Fail(Address(1));
        _dialer.Fail(Address(2));
        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
        Assert.Equal([Address(0), Address(1), Address(2)], failure.Failures.Select(item => item.Key));
    }

    [Fact]
    public async Task Dial_AddressFails_TheNextIsTriedAtOnce()
    {
        var dial = Dial(0, 250).RunAsync(Cancellation);
        _dialer.Fail(Address(0));
        await _dialer.StartedAsync(2);
        _dialer.Fail(Address(1));
        await Assert.ThrowsAsync<PeerUnreachableException>(() => dial);
    }

    [Fact]
    public async Task Dial_GivenUp_GivesUpAllAddresses()
    {
        using var cancellation = new CancellationTokenSource();
        var dial = Dial(0, 0, 0).RunAsync(cancellation.Token);
        await _dialer.StartedAsync(3);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        Assert.Equal(3, _dialer.Cancelled);
    }

    [Fact]
    public async Task Dial_ManyAddressesAtOnce_AreBounded()
    {
        using var cancellation = new CancellationTokenSource();
        var dial = Dial([.. new int[20]]).RunAsync(cancellation.Token);
        await _dialer.StartedAsync(8);
        Assert.Equal(8, _dialer.Started.Count);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
    }

    private PeerDial Dial(params int[] delays)
    {
        var tracker = new TaskTracker(NullLogger.Instance);
        var candidates = delays.Select((delay, i) => new DialCandidate(Address(i), TimeSpan.FromMilliseconds(delay))).ToArray();
        var search = new AddressSearch(Alice, new AddressResolver(new FakeDns(), new DnsOptions(), _time), (_, _) => null, 64, tracker);
        Assert.True(search.TryAdd(candidates.Select(candidate => candidate.Address), isForced: false));
        return new PeerDial(Alice, search, _ => candidates, _dialer, new AddressHistory(new DialOptions(), _time), 8, _time, tracker);
    }

    /// <summary>Dials that end when a test says so.</summary>
    private sealed class ScriptedDialer : IAddressDialer
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<Multiaddr, TaskCompletionSource<Session>> _dials = [];
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
        private int _cancelled;

        public List<Multiaddr> Started { get; } = [];

        public int Cancelled => _cancelled;

        public bool CanDial(Multiaddr address) => true;

        public Task<Session> DialAsync(PeerId peer, Multiaddr address, string? name, CancellationToken cancellationToken)
        {
            var dial = new TaskCompletionSource<Session>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancellationToken.Register(() =>
            {
                if (dial.TrySetCanceled(cancellationToken))
                    Interlocked.Increment(ref _cancelled);
            });
            lock (_lock)
            {
                _dials[address] = dial;
                Started.Add(address);
                _waiters.Where(waiter => waiter.Count <= Started.Count).ToList().ForEach(waiter => waiter.Reached.TrySetResult());
            }

            return dial.Task;
        }

        public void Fail(Multiaddr address) => _dials[address].SetException(new DialFailedException(address, "on purpose"));

        public Task StartedAsync(int count)
        {
            lock (_lock)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (Started.Count >= count)
                    reached.SetResult();
                _waiters.Add((count, reached));
                return reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
            }
        }
    }
}
