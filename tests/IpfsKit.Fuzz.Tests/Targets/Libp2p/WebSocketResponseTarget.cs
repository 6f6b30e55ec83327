using System.Text;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p.Transports.WebSockets;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>The answer to a request for a WebSocket with the key of the RFC.</summary>
internal sealed class WebSocketResponseTarget : IFuzzTarget
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private static ReadOnlySpan<byte> Version => "HTTP/1.1 "u8;

    public string Name => "websocket-response";

    public IEnumerable<byte[]> Seeds =>
    [
        WebSocketHandshake.Answer(WebSocketHandshake.CreateRequest("a", Key), out _),
        Encoding.ASCII.GetBytes("HTTP/1.1 101 Go on\r\nUPGRADE: websocket\r\nServer: x\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
    ];

    public long GetAllowedBytes(int inputBytes) => (8 * 1024) + (64 * inputBytes);

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        if (WebSocketHandshake.Check(input.Span, Key) is not { } fault)
            return FuzzOutcome.Accepted;
        if (fault.Length > 200)
            throw new InvalidOperationException($"What is wrong takes {fault.Length} characters.");
        return input.Span.StartsWith(Version) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }
}
