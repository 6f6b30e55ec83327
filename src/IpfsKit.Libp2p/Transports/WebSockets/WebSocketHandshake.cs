using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>The HTTP/1.1 request and response that make a connection a WebSocket. Pure: text in, text out.</summary>
/// <remarks>
/// Subprotocols and extensions are neither offered nor accepted. Any path and any host are taken: a listener has one WebSocket.
/// Spec: <see href="https://www.rfc-editor.org/rfc/rfc6455#section-4"/>.
/// </remarks>
internal static class WebSocketHandshake
{
    /// <summary>The longest request or response, with the empty line at its end.</summary>
    public const int MaxHeadBytes = 8 * 1024;

    /// <summary>The most headers of a request or response. One that comes again is appended to what came before, so that many of them would cost the square of their number.</summary>
    public const int MaxHeaders = 100;

    private const int KeyBytes = 16;
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>A new key for a request.</summary>
    public static string CreateKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The request.</summary>
    public static byte[] CreateRequest(string authority, string key) => Encoding.ASCII.GetBytes(
        $"GET / HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n");

    /// <summary>The answer to a request, and whether it accepts.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> request, out bool isAccepted)
    {
        isAccepted = false;
        if (!TryReadHead(request, out var first, out var headers))
            return Refuse("400 Bad Request", "This is not an HTTP/1.1 request.");
        var words = first.Split(' ');
        if (words is not [_, _, "HTTP/1.1"])
            return Refuse("400 Bad Request", "This is not an HTTP/1.1 request.");
        if (words[0] != "GET" || !HasToken(headers, "upgrade", "websocket") || !HasToken(headers, "connection", "upgrade"))
            return Refuse("426 Upgrade Required", "This is a WebSocket.", "Upgrade: websocket\r\n");
        if (!headers.TryGetValue("sec-websocket-version", out var version) || version != "13")
            return Refuse("426 Upgrade Required", "Version 13 is spoken.", "Sec-WebSocket-Version: 13\r\n");
        if (!headers.ContainsKey("host") || !headers.TryGetValue("sec-websocket-key", out var key) || !IsKey(key))
            return Refuse("400 Bad Request", "A header is missing or malformed.");
        isAccepted = true;
        return Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Accept(key)}\r\n\r\n");
    }

    /// <summary>Checks the response to a request with a key; null if it is as it must be, else what is wrong.</summary>
    public static string? Check(ReadOnlySpan<byte> response, string key)
    {
        if (!TryReadHead(response, out var first, out var headers) || !first.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            return "the other side does not speak HTTP/1.1.";
        if (first.Length < 12 || first[9..12] != "101" || (first.Length > 12 && first[12] != ' '))
            return $"the other side answers '{(first.Length > 64 ? first[..64] : first)}' to the request for a WebSocket.";
        if (!HasToken(headers, "upgrade", "websocket") || !HasToken(headers, "connection", "upgrade") || !headers.TryGetValue("sec-websocket-accept", out var accept) || accept != Accept(key))
            return "the other side's answer to the request for a WebSocket is wrong.";
        return headers.ContainsKey("sec-websocket-extensions") || headers.ContainsKey("sec-websocket-protocol")
            ? "the other side chose an extension or a subprotocol that was not offered."
            : null;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The RFC says SHA-1; nothing is secret or signed here.")]
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    private static byte[] Refuse(string status, string reason, string headers = "") => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Type: text/plain\r\nContent-Length: {reason.Length}\r\n\r\n{reason}");

    // A header that comes twice is a list, as in HTTP; where one value is needed, a list does not match.
    private static bool TryReadHead(ReadOnlySpan<byte> head, out string first, out Dictionary<string, string> headers)
    {
        headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        first = "";
        if (!head.EndsWith("\r\n\r\n"u8) || head.ContainsAnyExceptInRange((byte)'\t', (byte)'~'))
            return false;
        if (head[..^4].Count("\r\n"u8) > MaxHeaders)
            return false;
        var lines = Encoding.ASCII.GetString(head[..^4]).Split("\r\n");
        first = lines[0];
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || line.AsSpan(0, colon).ContainsAny(" \t"))
                return false;
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim();
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before},{value}" : value;
        }

        return true;
    }

    private static bool HasToken(Dictionary<string, string> headers, string name, string token) =>
        headers.TryGetValue(name, out var value) && value.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase);
}
