using System.Net;
using System.Net.Sockets;

namespace IpfsKit.Libp2p.Dns;

/// <summary>Asks name servers. Register another one to resolve names in another way.</summary>
public interface IDnsResolver
{
    /// <summary>The addresses of a name; none if there are none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="family"><see cref="AddressFamily.InterNetwork"/> or <see cref="AddressFamily.InterNetworkV6"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DnsFailedException">No server answers, or it says that it failed.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>The texts of a name; none if there are none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DnsFailedException">No server answers, or it says that it failed.</exception>
    Task<IReadOnlyList<string>> ResolveTextAsync(string name, CancellationToken cancellationToken);
}
