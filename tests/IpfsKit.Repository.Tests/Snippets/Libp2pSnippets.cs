using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Repository.Tests.Snippets;

/// <summary>Examples of the documents that use a libp2p host.</summary>
internal static class Libp2pSnippets
{
    public static async Task PackageAsync(IServiceCollection services, ILibp2pHost host, PeerId peerId)
    {
        // <snippet: src/IpfsKit.Libp2p/README.md>
        services.AddLibp2p(options => options.ListenAddresses.Add("/ip4/0.0.0.0/tcp/4001"));

        host.SetStreamHandler(ProtocolMatcher.Exact("/echo/1.0.0"), (stream, cancellationToken) =>
        {
            var bytes = stream.AsStream();
            return bytes.CopyToAsync(bytes, cancellationToken);
        });

        await using var echo = await host.NewStreamAsync(peerId, ["/echo/1.0.0"]);   // connects first, if there is no connection
        await echo.WriteAsync("hello"u8.ToArray());
        await echo.CompleteWritesAsync();
        // </snippet>
    }

    public static void Registration(IServiceCollection services)
    {
        // <snippet: README.md>
        services.AddLibp2p(options => options.ListenAddresses.Add("/ip4/0.0.0.0/tcp/4001"));
        // </snippet>
    }

    public static async Task StreamAsync(ILibp2pHost host, Multiaddr address, PeerId peerId)
    {
        // <snippet: README.md>
        await host.ConnectAsync(PeerInfo.FromAddress(address));                       // host is the ILibp2pHost, address ends in /p2p/…
        await using var stream = await host.NewStreamAsync(peerId, ["/echo/1.0.0"]);
        // </snippet>
    }
}
