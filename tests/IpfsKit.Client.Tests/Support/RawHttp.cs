using System.Net;
using System.Net.Sockets;
using System.Text;
using IpfsKit.Grains;

namespace IpfsKit.Client.Tests.Support;

/// <summary>Requests as bytes, for what no HTTP client would send.</summary>
internal static class RawHttp
{
    /// <summary>A request target, untouched.</summary>
    public static async Task<HttpResponseMessage> GetAsync(DataEndpoint endpoint, string target, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(endpoint.Address!.Host, endpoint.Address.Port, cancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /{target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{DataPlaneProtocol.TicketHeader}: {endpoint.Ticket}\r\n\r\n"),
            cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var response = await reader.ReadToEndAsync(cancellationToken);
        var head = response[..response.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        var body = response[(head.Length + 4)..];
        var parsed = new HttpResponseMessage((HttpStatusCode)int.Parse(head.Split(' ')[1])) { Content = new StringContent(body) };
        var type = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase));
        if (type is not null)
            parsed.Content.Headers.ContentType = new(type["Content-Type:".Length..].Trim());
        return parsed;
    }
}
