using System.Globalization;
using System.Security.Cryptography;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>A process that attacks a host with 5 % of a core: connections that stay half open, floods of streams behind handshakes in order, and noise. It comes back when it is dropped.</summary>
/// <remarks>Says when it is ready. Reads <c>go</c> and <c>stop</c>; answers when the attack has begun, and then with what it did.</remarks>
internal sealed class Attacker : IDisposable
{
    public const string ChildRole = "attacker";

    /// <summary>The share of a core that it has.</summary>
    public const double Share = 0.05;

    private const int Workers = 4;
    private const int HalfOpenOfAWorker = 100;
    private const int Identities = 16;
    private const int FramesOfASend = 256;
    private const int SendsOfAFlood = 40;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly TcpTransport _transport = new(new TcpOptions(), TimeProvider.System);
    private readonly Multiaddr _target;
    private readonly NoiseProtocol[] _identities;
    private readonly byte[] _noise = RandomNumberGenerator.GetBytes(64 << 10);
    private readonly byte[][] _frames = [.. Enumerable.Range(0, SendsOfAFlood).Select(Syns)];
    private int _halfOpen;
    private int _floods;
    private int _garbage;

    private Attacker(Multiaddr target)
    {
        _target = target;
        _identities = [.. Enumerable.Range(0, Identities).Select(_ =>
        {
            using var key = PrivateKey.Generate();
            return new NoiseProtocol(key);
        })];
    }

    public static async Task<int> RunAsync(string target)
    {
        using var attacker = new Attacker(Multiaddr.Parse(target));
        await attacker.WarmAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
            (attacker._halfOpen, attacker._floods, attacker._garbage) = (0, 0, 0);
            var share = new ProcessorShare(Share);
            using var stopping = new CancellationTokenSource();
            var workers = Enumerable.Range(0, Workers).Select(worker => attacker.WorkAsync(worker, share, stopping.Token)).ToArray();
            Console.WriteLine("attacking");
            await Console.In.ReadLineAsync();
            await stopping.CancelAsync();
            await Task.WhenAll(workers);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{share.Used:p1} of a core: {attacker._halfOpen} half-open connections, {attacker._floods} floods, {attacker._garbage} times noise"));
        }

        return 0;
    }

    public void Dispose() => Array.ForEach(_identities, identity => identity.Dispose());

    private static byte[] Syns(int send)
    {
        var plain = new byte[FramesOfASend * YamuxHeader.Bytes];
        for (var i = 0; i < FramesOfASend; i++)
            new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, (uint)((((send * FramesOfASend) + i) * 2) + 1), 0).Write(plain.AsSpan(i * YamuxHeader.Bytes));
        return plain;
    }

    // So that its share goes into the attack and not into compiling it.
    private async Task WarmAsync()
    {
        using var enough = new CancellationTokenSource(Warming);
        await WorkAsync(0, new ProcessorShare(1), enough.Token);
    }

    private async Task WorkAsync(int worker, ProcessorShare share, CancellationToken cancellationToken)
    {
        var halfOpen = new Queue<IRawConnection>();
        for (var turn = worker; !cancellationToken.IsCancellationRequested; turn++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                await share.WaitAsync(cancellationToken);
                patience.CancelAfter(Patience);
                var connection = await _transport.DialAsync(_target, patience.Token);
                if (turn % 3 == 0)
                {
                    halfOpen.Enqueue(connection);
                    Interlocked.Increment(ref _halfOpen);
                    await connection.WriteAsync("\x13/multistream/1.0.0\n"u8.ToArray(), patience.Token);
                    if (halfOpen.Count > HalfOpenOfAWorker)
                        await halfOpen.Dequeue().DisposeAsync();
                }
                else
                {
                    await using (connection)
                        await (turn % 3 == 1 ? FloodAsync(connection, _identities[turn % Identities], share, patience.Token) : MakeNoiseAsync(connection, patience.Token));
                }
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException)
            {
                // Dropped, refused or too slow: once more.
            }
        }

        foreach (var connection in halfOpen)
            await connection.DisposeAsync();
    }

    private async Task FloodAsync(IRawConnection connection, NoiseProtocol identity, ProcessorShare share, CancellationToken cancellationToken)
    {
        await MultistreamSelect.SelectAsync(new RawNegotiationChannel(connection), [NoiseProtocol.ProtocolId], cancellationToken);
        await using var channel = await identity.SecureAsync(connection, null, [YamuxMuxer.ProtocolId], cancellationToken);
        Interlocked.Increment(ref _floods);
        foreach (var frames in _frames)
        {
            await share.WaitAsync(cancellationToken);
            await channel.SendAsync(Seal(channel.Sealer, frames), cancellationToken);
        }
    }

    private async Task MakeNoiseAsync(IRawConnection connection, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _garbage);
        await connection.WriteAsync(_noise, cancellationToken);
    }

    private static byte[] Seal(IFrameSealer sealer, byte[] plain)
    {
        var frame = new byte[sealer.PrefixBytes + plain.Length + sealer.SuffixBytes];
        plain.CopyTo(frame, sealer.PrefixBytes);
        sealer.Seal(frame);
        return frame;
    }
}
