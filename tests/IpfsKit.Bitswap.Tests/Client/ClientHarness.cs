using System.Diagnostics;
using IpfsKit.Bitswap.Client;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>A client on a simulated network and a clock that the test drives.</summary>
internal sealed class ClientHarness : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly ClientInstruments _instruments = new();

    public ClientHarness(Action<BitswapClientOptions>? configure = null, IBlockStore? store = null, IProviderFinder? finder = null, Func<PeerId, bool>? isPreferred = null)
    {
        var options = new BitswapClientOptions();
        configure?.Invoke(options);
        Store = store ?? new MemoryBlockStore(1L << 30);
        Finder = finder;
        Network = new SimulatedNetwork(Time);
        Client = new BitswapClient(Network, Store, finder, Observer, options, Time, Logger, _instruments, isPreferred: isPreferred);
        Network.OnBlock = (peer, block) => Client.OnBlockAsync(peer, block, CancellationToken.None);
        Network.OnPresences = Client.OnPresences;
    }

    public FakeTimeProvider Time { get; } = new();

    public SimulatedNetwork Network { get; }

    public IBlockStore Store { get; }

    public IProviderFinder? Finder { get; }

    public RecordingObserver Observer { get; } = new();

    public BitswapClient Client { get; }

    public ClientInstruments Instruments => _instruments;

    public FakeLogger Logger { get; } = new();

    public DateTimeOffset Now => Time.GetUtcNow();

    public IBitswapSession Session(Cid root, params SimulatedPeer[] peers) => Client.CreateSession(root, new BitswapSessionOptions { Peers = [.. peers.Select(static peer => peer.Info)] });

    /// <summary>A session that waits for whoever may get what nobody has.</summary>
    public IBitswapSession Waiting(Cid root, params SimulatedPeer[] peers) =>
        Client.CreateSession(root, new BitswapSessionOptions { Peers = [.. peers.Select(static peer => peer.Info)], NotFoundDelay = Timeout.InfiniteTimeSpan });

    /// <summary>Lets the time pass until something is done; says how much passed.</summary>
    public async Task<TimeSpan> UntilAsync(Task task, TimeSpan? most = null)
    {
        var start = Now;
        while (true)
        {
            await SettleAsync(task);
            if (task.IsCompleted)
                return Now - start;
            if (Now - start >= (most ?? TimeSpan.FromMinutes(5)))
                Assert.Fail($"It takes too long: {Client.Usage}.");
            // Nothing is wanted: what is missing is the test's own continuation, which takes time of the machine and not of the clock.
            for (var waits = 0; waits < 10_000 && !task.IsCompleted && Client.Usage.Wants == 0; waits++)
                await Task.WhenAny(task, Task.Delay(1));
            // The same where others are wanted still, before the clock makes a leap.
            for (var waits = 0; waits < 5 && !task.IsCompleted && IsLeap; waits++)
                await Task.WhenAny(task, Task.Delay(1));
            if (!task.IsCompleted)
                Advance();
        }
    }

    /// <summary>Lets the time pass until something is done; gives what came of it.</summary>
    public async Task<T> GetAsync<T>(ValueTask<T> task, TimeSpan? most = null)
    {
        var started = task.AsTask();
        await UntilAsync(started, most);
        return await started;
    }

    /// <summary>Lets time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var end = Now + time;
        while (true)
        {
            await SettleAsync(null);
            if (Now >= end)
                return;
            Advance(end);
        }
    }

    /// <summary>As <see cref="UntilAsync"/>, while the store takes nothing.</summary>
    public async Task UntilUnstoredAsync(Task task)
    {
        while (!task.IsCompleted)
            await PassUnstoredAsync(Step);
    }

    /// <summary>As <see cref="PassAsync"/>, while the store takes nothing: the client comes to no rest then, so each step waits for what is hashed.</summary>
    public async Task PassUnstoredAsync(TimeSpan time)
    {
        var end = Now + time;
        while (Now < end)
        {
            Advance(end);
            for (var quiet = 0; quiet < 20; quiet = Client.IsHashing ? 0 : quiet + 1)
                await YieldToPool();
        }
    }

    /// <summary>Nothing of what was fetched may have left anything behind.</summary>
    public async Task AssertNothingLeftAsync()
    {
        // What was taken back from peers may come for a while.
        await PassAsync(TimeSpan.FromSeconds(LateKeys.Lifetime + 1));
        Assert.Equal(new ClientUsage(0, 0, 0, 0, 0, 0), Client.Usage);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _instruments.Dispose();
    }

    /// <summary>Behind what the thread pool has to do, which is where the client works; the test may have a context of its own.</summary>
    private static async Task YieldToPool() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    /// <summary>Whether nothing happens on the clock for a while.</summary>
    private bool IsLeap => (Client.UntilDue ?? LongestStep) > 5 * Step && (Network.NextEvent is not { } due || due > Now + (5 * Step));

    private void Advance(DateTimeOffset? end = null)
    {
        // From event to event; a timer rings no sooner than the step after it was set.
        var until = Client.UntilDue ?? LongestStep;
        var next = Now + (until < Step ? Step : until > LongestStep ? LongestStep : until);
        if (Network.NextEvent is { } due && due < next)
            next = due;
        if (end < next)
            next = end.Value;
        if (next > Now)
            Time.Advance(next - Now);
        Network.RunDue();
    }

    /// <summary>Waits until the client has nothing to do at this moment of its clock.</summary>
    private async Task SettleAsync(Task? task)
    {
        var watch = Stopwatch.StartNew();
        var quiet = 0;
        while (quiet < 6 && task is not { IsCompleted: true })
        {
            await YieldToPool();
            Network.RunDue();
            quiet = Client.IsAtRest(Network.Connecting + ((Finder as ScriptedFinder)?.Waiting ?? 0)) ? quiet + 1 : 0;
            if (watch.Elapsed > LongestWait)
                Assert.Fail($"The client does not come to rest: {Client.Usage}.");
        }
    }
}
