using System.Text;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Negotiation;

public sealed class LazyNegotiationTests
{
    private const string Agreement = "\x13/multistream/1.0.0\n\x05/abc\n";
    private const string Refusal = "\x13/multistream/1.0.0\n\x03na\n";

    private static readonly MultistreamProposal Proposal = new("/abc");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_FirstWrite_CarriesTheProposalInOne()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var inner = new RawStream(dialer);
        var stream = new NegotiatedStream(inner, Proposal);
        Assert.Equal(0, dialer.BytesWritten);
        await stream.WriteAsync("hello"u8.ToArray(), Cancel);
        await stream.WriteAsync("again"u8.ToArray(), Cancel);
        Assert.Equal(Agreement + "helloagain", await ReadTextAsync(listener));
        Assert.Equal([Agreement.Length + 5, 5], inner.Writes);
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Agreement + "answer"), Cancel);
        Assert.Equal("answer", await ReadTextAsync(stream));
    }

    [Fact]
    public async Task Stream_LargeFirstWrite_ArrivesWhole()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var stream = new NegotiatedStream(new RawStream(dialer), Proposal);
        var bytes = new byte[300_000];
        Random.Shared.NextBytes(bytes);
        await stream.WriteAsync(bytes, Cancel);
        await stream.CompleteWritesAsync(Cancel);
        var agreed = await MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), [ProtocolMatcher.Exact("/abc")], Cancel);
        Assert.Equal("/abc", agreed.Protocol);
        var received = new MemoryStream();
        var buffer = new byte[65_536];
        while (await listener.ReadAsync(buffer, Cancel) is var read and > 0)
            received.Write(buffer, 0, read);
        Assert.Equal(bytes, received.ToArray());
    }

    [Fact]
    public async Task Stream_WaitsToReadFirst_SendsTheProposalAndWaitsForWhatIsBehindTheAnswer()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var stream = new NegotiatedStream(new RawStream(dialer), Proposal);
        var readable = stream.WaitToReadAsync(Cancel).AsTask();
        Assert.Equal(Agreement, await ReadTextAsync(listener));
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Agreement + "x"), Cancel);
        Assert.True(await readable);
        Assert.Equal("x", await ReadTextAsync(stream));
    }

    [Fact]
    public async Task Stream_WaitsToReadAndIsRefused_SaysThatThereIsNothing()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var stream = new NegotiatedStream(new RawStream(dialer), Proposal);
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Refusal), Cancel);
        Assert.False(await stream.WaitToReadAsync(Cancel));
        Assert.False(await stream.WaitToReadAsync(Cancel));
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await stream.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Stream_ReadFirst_SendsTheProposalAlone()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var stream = new NegotiatedStream(new RawStream(dialer), Proposal);
        var read = ReadTextAsync(stream);
        Assert.Equal(Agreement, await ReadTextAsync(listener));
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Agreement + "x"), Cancel);
        Assert.Equal("x", await read);
    }

    [Fact]
    public async Task Stream_CompleteFirst_SendsTheProposal()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        await new NegotiatedStream(new RawStream(dialer), Proposal).CompleteWritesAsync(Cancel);
        Assert.Equal(Agreement, await ReadTextAsync(listener));
        Assert.Equal("", await ReadTextAsync(listener));
    }

    [Fact]
    public async Task Stream_AnswerByteByByteAndCancelledReads_GoesOn()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var stream = new NegotiatedStream(new RawStream(dialer), Proposal);
        foreach (var b in Encoding.UTF8.GetBytes(Agreement))
        {
            using var source = new CancellationTokenSource();
            await listener.WriteAsync(new byte[] { b }, Cancel);
            var read = stream.ReadAsync(new byte[8], source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }

        await listener.WriteAsync("end"u8.ToArray(), Cancel);
        Assert.Equal("end", await ReadTextAsync(stream));
    }

    [Theory]
    [InlineData(Refusal, "does not speak it")]
    [InlineData("\x13/multistream/1.0.0\n\x05/abd\n", "something else")]
    [InlineData("\x13/multistream/1.1.0\n", "something else")]
    [InlineData("\x13/multi", "ended")]
    public async Task Stream_AnotherAnswer_FailsAndResets(string answer, string reason)
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var inner = new RawStream(dialer);
        var stream = new NegotiatedStream(inner, Proposal);
        await stream.WriteAsync("hello"u8.ToArray(), Cancel);
        await listener.WriteAsync(Encoding.UTF8.GetBytes(answer), Cancel);
        await listener.CompleteWritesAsync(Cancel);
        var failure = await Assert.ThrowsAsync<NegotiationFailedException>(() => ReadTextAsync(stream));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(["/abc"], failure.Offered);
        Assert.True(inner.IsReset);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => ReadTextAsync(stream));
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await stream.WriteAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Connection_Proposal_RidesWithTheHandshake()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var connection = new NegotiatedConnection(dialer, Proposal);
        await connection.WriteAsync("e"u8.ToArray(), Cancel);
        Assert.Equal(Agreement + "e", await ReadTextAsync(listener));
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Agreement + "ee"), Cancel);
        var buffer = new byte[10];
        Assert.Equal(2, await connection.ReadAsync(buffer, Cancel));
    }

    [Fact]
    public async Task Connection_Refusal_Fails()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Refusal), Cancel);
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await new NegotiatedConnection(dialer, Proposal).ReadAsync(new byte[10], Cancel));
    }

    [Fact]
    public async Task Channel_Proposal_GoesFirstAndIsChecked()
    {
        var (dialer, listener) = FramedChannel.CreatePair();
        var channel = new NegotiatedChannel(dialer, Proposal);
        await channel.SendAsync(SealedFrame.Create(channel.Sealer, "frames"u8), Cancel);
        var negotiation = new SecureNegotiationChannel(listener);
        Assert.Equal("/abc", (await MultistreamSelect.HandleAsync(negotiation, [ProtocolMatcher.Exact("/abc")], Cancel)).Protocol);
        var behind = negotiation.Detach();
        Assert.Equal("frames", Encoding.UTF8.GetString((await behind.ReadAsync(Cancel)).Span));
        await behind.SendAsync(SealedFrame.Create(behind.Sealer, "back"u8), Cancel);
        Assert.Equal("back", Encoding.UTF8.GetString((await channel.ReadAsync(Cancel)).Span));
    }

    [Fact]
    public async Task Channel_Refusal_Fails()
    {
        var (dialer, listener) = FramedChannel.CreatePair();
        await listener.SendAsync(SealedFrame.Create(listener.Sealer, Encoding.UTF8.GetBytes(Refusal)), Cancel);
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await new NegotiatedChannel(dialer, Proposal).ReadAsync(Cancel));
    }

    private static async Task<string> ReadTextAsync(NegotiatedStream stream)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancel));
    }

    private static async Task<string> ReadTextAsync(DuplexConnection connection)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await connection.ReadAsync(buffer, Cancel));
    }
}
