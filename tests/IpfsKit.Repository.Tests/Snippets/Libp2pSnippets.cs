using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
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
}
