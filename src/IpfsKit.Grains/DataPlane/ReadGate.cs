using IpfsKit.Grains.Hosting;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The bound of reads at once, over HTTP and over grain calls together (<see cref="DataPlaneOptions.MaxConcurrentReads"/>).</summary>
internal sealed class ReadGate(IOptions<IpfsKitOptions> options)
{
    private readonly ConcurrencyGate _gate = new(options.Value.DataPlane.MaxConcurrentReads);

    /// <summary>Enters; dispose the lease to leave.</summary>
    /// <exception cref="NodeBusyException">It is full.</exception>
    public ConcurrencyGate.Lease Enter() => _gate.TryEnter() ?? throw new NodeBusyException("Too many reads at once.", options.Value.DataPlane.RetryAfter);
}
