using System.Net;
using System.Net.Sockets;
using IpfsKit.Libp2p.Dns;

namespace IpfsKit.Libp2p.Tests.Dns;

/// <summary>Names that a test makes up.</summary>
internal sealed class FakeDns : IDnsResolver
{
    private readonly Dictionary<string, IPAddress[]> _addresses = [];
    private int _questions;

    public Dictionary<string, string[]> Texts { get; } = [];

    public bool Fails { get; set; }

    /// <summary>Whether nothing is answered.</summary>
    public bool Hangs { get; set; }

    public int Questions => Volatile.Read(ref _questions);

    public void Add(string name, params string[] addresses) => _addresses[name] = [.. addresses.Select(IPAddress.Parse)];

    public async Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        await AskAsync(name, cancellationToken);
        return [.. _addresses.GetValueOrDefault(name, []).Where(address => address.AddressFamily == family)];
    }

    public async Task<IReadOnlyList<string>> ResolveTextAsync(string name, CancellationToken cancellationToken)
    {
        await AskAsync(name, cancellationToken);
        return Texts.GetValueOrDefault(name, []);
    }

    private async Task AskAsync(string name, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _questions);
        if (Hangs)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (Fails)
            throw new DnsFailedException(name, "on purpose");
    }
}
