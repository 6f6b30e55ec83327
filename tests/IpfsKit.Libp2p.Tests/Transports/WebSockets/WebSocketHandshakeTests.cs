using System.Text;
using CsCheck;
using IpfsKit.Libp2p.Transports.WebSockets;

namespace IpfsKit.Libp2p.Tests.Transports.WebSockets;

public sealed class WebSocketHandshakeTests
{
    // The key and the answer of RFC 6455, section 1.3.
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    private const string Good = $"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n\r\n";

    [Fact]
    public void Answer_KeyOfTheRfc_IsThatOfTheRfc()
    {
        var answer = Text(WebSocketHandshake.Answer(Bytes(Good), out var isAccepted));
        Assert.True(isAccepted);
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nSec-WebSocket-Accept: {Accept}\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "POST / HTTP/1.1", "426")]
    [InlineData("GET / HTTP/1.1", "GET /any/path?x=1 HTTP/1.1", "101")]
    [InlineData("GET / HTTP/1.1", "GET / HTTP/1.0", "400")]
    [InlineData("GET / HTTP/1.1", "GET /", "400")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", "426")]
    [InlineData("Upgrade: websocket", "uPGRADE:WebSocket", "101")]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: close", "426")]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426")]
    [InlineData("Host: a", "X: a", "400")]
    [InlineData("Host: a", "Host : a", "400")]
    [InlineData("Host: a", "Host\u00e4: a", "400")]
    [InlineData("Host: a", ": a", "400")]
    [InlineData("Host: a", " folded", "400")]
    [InlineData(Key, "c2hvcnQ=", "400")]
    [InlineData(Key, "!!!!!!!!!!!!!!!!!!!!!!!!", "400")]
    [InlineData("Host: a", $"Sec-WebSocket-Key: {Key}\r\nHost: a", "400")]
    public void Answer_ChangedRequest_HasTheStatus(string part, string replacement, string status)
    {
        var answer = Text(WebSocketHandshake.Answer(Encoding.Latin1.GetBytes(Good.Replace(part, replacement, StringComparison.Ordinal)), out var isAccepted));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(status == "101", isAccepted);
    }

    /// <summary>Five headers are needed anyway. A header that comes again is appended to what came before, at a cost that grows with the square of their number.</summary>
    [Theory]
    [InlineData(WebSocketHandshake.MaxHeaders - 5, true)]
    [InlineData(WebSocketHandshake.MaxHeaders - 4, false)]
    [InlineData(1500, false)]
    public void Answer_ManyHeaders_AreBounded(int more, bool expected)
    {
        var request = Bytes(Good.Replace("Host: a", "Host: a" + string.Concat(Enumerable.Repeat("\r\na:b", more)), StringComparison.Ordinal));
        Assert.InRange(request.Length, 0, WebSocketHandshake.MaxHeadBytes);
        WebSocketHandshake.Answer(request, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        WebSocketHandshake.Answer(request, out var isAccepted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Equal(expected, isAccepted);
    }

    [Fact]
    public void Answer_AnyBytes_DoesNotThrow() =>
        Gen.Select(Gen.Byte.Array, Gen.Int[0, Good.Length], Gen.Bool).Sample((noise, at, ends) =>
        {
            byte[] request = [.. Bytes(Good[..at]), .. noise, .. ends ? "\r\n\r\n"u8 : []];
            Assert.NotEmpty(WebSocketHandshake.Answer(request, out _));
            WebSocketHandshake.Check(request, Key);
        });

    [Fact]
    public void Check_OwnAnswer_IsGood()
    {
        var key = WebSocketHandshake.CreateKey();
        var answer = WebSocketHandshake.Answer(WebSocketHandshake.CreateRequest("[::1]:80", key), out _);
        Assert.Null(WebSocketHandshake.Check(answer, key));
        Assert.NotNull(WebSocketHandshake.Check(answer, WebSocketHandshake.CreateKey()));
    }

    [Theory]
    [InlineData("HTTP/1.1 101 ", "HTTP/1.1 200 ", "'HTTP/1.1 200 Switching Protocols'")]
    [InlineData("HTTP/1.1 101 ", "HTTP/1.1 1011 ", "'HTTP/1.1 1011 Switching Protocols'")]
    [InlineData("HTTP/1.1 101 ", "SSH-2.0 ", "HTTP/1.1")]
    [InlineData("Upgrade: websocket", "Upgrade: x", "wrong")]
    [InlineData("Connection: Upgrade", "Connection: close", "wrong")]
    [InlineData("Connection: Upgrade", "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate", "not offered")]
    [InlineData("Connection: Upgrade", "Connection: Upgrade\r\nSec-WebSocket-Protocol: x", "not offered")]
    public void Check_ChangedResponse_SaysWhatIsWrong(string part, string replacement, string fault)
    {
        var answer = Text(WebSocketHandshake.Answer(Bytes(Good), out _)).Replace(part, replacement, StringComparison.Ordinal);
        Assert.Contains(fault, WebSocketHandshake.Check(Bytes(answer), Key), StringComparison.Ordinal);
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.ASCII.GetString(bytes);
}
