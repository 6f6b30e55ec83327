using System.Net;
using System.Net.Sockets;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dns;

/// <summary>Turns addresses that begin with <c>/dns</c>, <c>/dns4</c>, <c>/dns6</c> or <c>/dnsaddr</c> into such that begin with an IP address.</summary>
/// <remarks>
/// <c>/dnsaddr/name</c> stands for the multiaddrs in the texts <c>dnsaddr=…</c> of <c>_dnsaddr.name</c>, which may again have names; whatever follows the name, such as <c>/p2p/…</c>, must be the end of what it stands for.
/// TLS keeps the name as <c>/tls/sni/name</c>, since the server is asked for by it; HTTP without TLS has no place for it in an address, so it stands beside it. Depth, questions, answers and time are bounded by <see cref="DnsOptions"/>. Spec: <see href="https://github.com/multiformats/multiaddr/blob/master/protocols/DNSADDR.md"/>.
/// </remarks>
internal sealed class AddressResolver(IDnsResolver resolver, DnsOptions options, TimeProvider timeProvider)
{
    private const string Prefix = "dnsaddr=";

    /// <summary>Resolves an address. One without a name is returned as it is.</summary>
    /// <returns>What it stands for; nothing if there is nothing.</returns>
    /// <exception cref="DnsFailedException">A question was not answered and nothing else was found.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<IReadOnlyList<ResolvedAddress>> ResolveAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (!address.BeginsWithName())
            return [new(address, null)];
        using var timeout = new CancellationTokenSource(options.Timeout, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var run = new Run(options);
        try
        {
            await ResolveAsync(address, 0, run, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What was found so far may do.
            run.Failure ??= new DnsFailedException(address.ToString(), $"no answer within {options.Timeout}");
        }

        return run.Found.Count > 0 || run.Failure is null ? run.Found : throw run.Failure;
    }

    private async Task ResolveAsync(Multiaddr address, int depth, Run run, CancellationToken cancellationToken)
    {
        var (kind, name, rest) = Split(address);
        foreach (var family in Families(kind))
        {
            foreach (var ip in await AskAsync(run, token => resolver.ResolveAddressesAsync(name, family, token), cancellationToken).ConfigureAwait(false))
                run.Add(Multiaddr.Parse(family == AddressFamily.InterNetwork ? $"/ip4/{ip}" : $"/ip6/{new IPAddress(ip.GetAddressBytes())}").Encapsulate(ServerName.Keep(rest, name)), name);
        }

        if (kind != Multicodec.Dnsaddr || depth >= options.MaxDepth)
            return;
        foreach (var text in await AskAsync(run, token => resolver.ResolveTextAsync($"_dnsaddr.{name}", token), cancellationToken).ConfigureAwait(false))
        {
            if (run.IsFull || !text.StartsWith(Prefix, StringComparison.Ordinal) || !Multiaddr.TryParse(text[Prefix.Length..], out var next) || !EndsWith(next, rest))
                continue;
            if (next.BeginsWithName())
                await ResolveAsync(next, depth + 1, run, cancellationToken).ConfigureAwait(false);
            else
                run.Add(next, null);
        }
    }

    private static async Task<IReadOnlyList<T>> AskAsync<T>(Run run, Func<CancellationToken, Task<IReadOnlyList<T>>> ask, CancellationToken cancellationToken)
    {
        if (!run.TryAsk())
            return [];
        try
        {
            return await ask(cancellationToken).ConfigureAwait(false);
        }
        catch (DnsFailedException e)
        {
            run.Failure ??= e;
            return [];
        }
    }

    private static IEnumerable<AddressFamily> Families(Multicodec kind) => kind switch
    {
        Multicodec.Dns4 => [AddressFamily.InterNetwork],
        Multicodec.Dns6 => [AddressFamily.InterNetworkV6],
        Multicodec.Dns => [AddressFamily.InterNetworkV6, AddressFamily.InterNetwork],
        _ => [],
    };

    private static (Multicodec Kind, string Name, Multiaddr Tail) Split(Multiaddr address)
    {
        foreach (var component in address)
        {
            var rest = address.Bytes[component.Bytes.Length..];
            return (component.Code, component.Value, rest.IsEmpty ? default : Multiaddr.FromBytes(rest));
        }

        return default;
    }

    private static bool EndsWith(Multiaddr address, Multiaddr suffix) =>
        suffix.IsDefault || (address.Decapsulate(suffix) is var before && (before.IsDefault ? 0 : before.Bytes.Length) + suffix.Bytes.Length == address.Bytes.Length);

    /// <summary>What one call has found and may still ask.</summary>
    private sealed class Run(DnsOptions options)
    {
        private int _asked;

        public List<ResolvedAddress> Found { get; } = [];

        public DnsFailedException? Failure { get; set; }

        public bool IsFull => Found.Count >= options.MaxAddresses;

        public bool TryAsk() => _asked++ < options.MaxQueries && !IsFull;

        public void Add(Multiaddr address, string? name)
        {
            if (!IsFull && !Found.Exists(item => item.Address == address))
                Found.Add(new(address, name));
        }
    }
}
