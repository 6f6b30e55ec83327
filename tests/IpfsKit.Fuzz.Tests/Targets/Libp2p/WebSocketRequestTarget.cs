using System.Text;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Transports.WebSockets;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>The request for a WebSocket, which is answered whatever it is.</summary>
internal sealed class WebSocketRequestTarget : IFuzzTarget
{
    private static ReadOnlySpan<byte> Method => "GET "u8;

    public string Name => "websocket-request";

    public IEnumerable<byte[]> Seeds =>
    [
        WebSocketHandshake.CreateRequest("example.com:4001", "dGhlIHNhbXBsZSBub25jZQ=="),
        Encoding.ASCII.GetBytes("GET /path HTTP/1.1\r\nhost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nOrigin: http://b\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-A: 1\r\nX-A: 2\r\n\r\n"),
    ];

    /// <summary>Text of two bytes for each of the input, as a whole, in lines, names and values.</summary>
    public long GetAllowedBytes(int inputBytes) => (8 * 1024) + (64 * inputBytes);

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var answer = WebSocketHandshake.Answer(input.Span, out var isAccepted);
        if (!answer.AsSpan().StartsWith(isAccepted ? "HTTP/1.1 101 "u8 : "HTTP/1.1 4"u8) || answer.AsSpan().IndexOf("\r\n\r\n"u8) < 0)
            throw new InvalidOperationException("The answer is no response.");
        return isAccepted ? FuzzOutcome.Accepted : input.Span.StartsWith(Method) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }
}
