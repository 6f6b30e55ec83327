using System.Diagnostics.Metrics;
using IpfsKit.Bitswap.Client;
using IpfsKit.Bitswap.Network;
using IpfsKit.Bitswap.Server;

namespace IpfsKit.Bitswap.Hosting;

/// <summary>What is measured, in the meter <c>IpfsKit.Bitswap</c>.</summary>
internal sealed class BitswapInstruments(IMeterFactory? meterFactory) : IDisposable
{
    /// <summary>Of streams and messages.</summary>
    public NetworkInstruments Network { get; } = new(meterFactory);

    /// <summary>Of fetching.</summary>
    public ClientInstruments Client { get; } = new(meterFactory);

    /// <summary>Of serving.</summary>
    public ServerInstruments Server { get; } = new(meterFactory);

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        Client.Dispose();
        Server.Dispose();
    }
}
