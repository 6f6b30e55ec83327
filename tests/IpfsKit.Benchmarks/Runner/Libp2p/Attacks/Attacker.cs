using System.Globalization;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>A process that attacks a host with 5 % of a core. It comes back when it is dropped.</summary>
/// <remarks>Says when it is ready. Reads the name of an attack and <c>stop</c>; answers when the attack has begun, and then with what it did.</remarks>
internal sealed class Attacker
{
    public const string ChildRole = "attacker";

    /// <summary>The share of a core that it has.</summary>
    public const double Share = 0.05;

    private const int Workers = 4;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TcpTransport _transport = new(new TcpOptions(), TimeProvider.System);
    private readonly Multiaddr _target;
    private int _attacks;
    private int _dropped;

    private Attacker(Multiaddr target) => _target = target;

    public static async Task<int> RunAsync(string target)
    {
        var attacker = new Attacker(Multiaddr.Parse(target));
        await attacker.WarmAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } name)
            Console.WriteLine(await attacker.AttackAsync(Attack.All.Single(attack => attack.Name == name)));
        return 0;
    }

    private async Task<string> AttackAsync(Attack attack)
    {
        (_attacks, _dropped) = (0, 0);
        var share = new ProcessorShare(Share);
        using var stopping = new CancellationTokenSource();
        var workers = Enumerable.Range(0, Workers).Select(_ => WorkAsync(attack, share, stopping.Token)).ToArray();
        Console.WriteLine("attacking");
        await Console.In.ReadLineAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(workers);
        return string.Create(
            CultureInfo.InvariantCulture, $"{attack.Name}: {_attacks / share.Elapsed.TotalSeconds:n0} attacks a second with {share.Used:p1} of a core, {_dropped} of {_attacks} dropped by the host");
    }

    // So that its share goes into the attack and not into compiling it.
    private async Task WarmAsync()
    {
        foreach (var attack in Attack.All)
        {
            using var enough = new CancellationTokenSource(Warming);
            await WorkAsync(attack, new ProcessorShare(1), enough.Token);
        }
    }

    private async Task WorkAsync(Attack attack, ProcessorShare share, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                await share.WaitAsync(patience.Token);
                var connection = await _transport.DialAsync(_target, patience.Token);
                Interlocked.Increment(ref _attacks);
                await attack.RunAsync(connection, share, patience.Token);
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException)
            {
                // Refused, dropped or too slow: once more.
                if (!cancellationToken.IsCancellationRequested)
                    Interlocked.Increment(ref _dropped);
            }
        }
    }
}
