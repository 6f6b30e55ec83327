using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace IpfsKit.Libp2p.Dns;

/// <summary>Asks the name servers of the machine or those that are set, and caches what they say for as long as they say.</summary>
internal sealed class DnsClientResolver : IDnsResolver
{
    private readonly LookupClient _client;

    public DnsClientResolver(DnsOptions options)
    {
        var settings = options.Servers.Count > 0 ? new LookupClientOptions([.. options.Servers.Select(ParseServer)]) : new LookupClientOptions();
        settings.UseCache = true;
        settings.Retries = 1;
        settings.Timeout = options.Timeout;
        settings.ThrowDnsErrors = false;
        _client = new LookupClient(settings);
    }

    /// <summary>Reads <c>192.0.2.1</c>, <c>192.0.2.1:5353</c> or <c>[2001:db8::1]:5353</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static IPEndPoint ParseServer(string text)
    {
        var endPoint = IPEndPoint.Parse(text);
        return endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, NameServer.DefaultPort) : endPoint;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        var response = await QueryAsync(name, family == AddressFamily.InterNetwork ? QueryType.A : QueryType.AAAA, cancellationToken).ConfigureAwait(false);
        return [.. response.Answers.OfType<AddressRecord>().Select(record => record.Address)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ResolveTextAsync(string name, CancellationToken cancellationToken)
    {
        var response = await QueryAsync(name, QueryType.TXT, cancellationToken).ConfigureAwait(false);
        // A text of more than 255 bytes comes in parts.
        return [.. response.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
    }

    private async Task<IDnsQueryResponse> QueryAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        IDnsQueryResponse response;
        try
        {
            response = await _client.QueryAsync(name, type, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DnsResponseException or SocketException or ArgumentException or InvalidOperationException)
        {
            // The client says of a caller who gave up that the query timed out.
            cancellationToken.ThrowIfCancellationRequested();
            throw new DnsFailedException(name, e.Message, e);
        }

        if (response.HasError && response.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
            throw new DnsFailedException(name, response.ErrorMessage);
        return response;
    }
}
