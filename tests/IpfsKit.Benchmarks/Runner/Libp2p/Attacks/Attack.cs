using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Benchmarks.Runner.Libp2p.Attacks;

/// <summary>One kind of attack: what is done with a connection to the host.</summary>
internal abstract class Attack(string name)
{
    /// <summary>Every kind.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new HalfOpenAttack(),
        new NoiseAttack(),
        new FrameAttack("syns", FrameAttack.Syns),
        new FrameAttack("resets", FrameAttack.Resets),
        new FrameAttack("pings", FrameAttack.Pings),
    ];

    /// <summary>As in the name of its figure.</summary>
    public string Name => name;

    /// <summary>Attacks once over a new connection, which is its own to close.</summary>
    /// <exception cref="IpfsKit.Libp2p.Libp2pException">The host has ended the connection.</exception>
    public abstract Task RunAsync(IRawConnection connection, ProcessorShare share, CancellationToken cancellationToken);
}
