using System.Text;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Negotiation;

public sealed class MultistreamSelectTests
{
    private const string Header = "\x13/multistream/1.0.0\n";

    private static readonly ProtocolMatcher[] Table =
        [ProtocolMatcher.Predicate("/any", text => text.StartsWith("/any/", StringComparison.Ordinal)), ProtocolMatcher.SemanticVersion("/chat/1.2.0"), ProtocolMatcher.Exact("/echo/1.0.0"), ProtocolMatcher.Exact("/any/x")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/echo/1.0.0", "/echo/1.0.0")]
    [InlineData("/chat/1.1.7", "/chat/1.2.0")]
    [InlineData("/any/thing", "/any")]
    [InlineData("/any/x", "/any/x")]
    public async Task Select_ProtocolOfTheTable_BothAgree(string protocol, string entry)
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel).AsTask();
        Assert.Equal(protocol, await MultistreamSelect.SelectAsync(new RawNegotiationChannel(dialer), ["/none", protocol, "/echo/1.0.0"], Cancel));
        var agreed = await handled;
        Assert.Equal((entry, protocol), (agreed.Matcher.Protocol, agreed.Protocol));
    }

    [Theory]
    [InlineData("/any/a\nb")]
    [InlineData("/any/\n")]
    [InlineData("")]
    public async Task Handle_LineThatCanBeNoProtocol_IsRefusedWhateverAPredicateSays(string line)
    {
        var asked = new List<string>();
        ProtocolMatcher[] table = [ProtocolMatcher.Predicate("/greedy", text =>
        {
            asked.Add(text);
            return true;
        })];
        var (dialer, listener) = DuplexConnection.CreatePair();
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), table, Cancel).AsTask();
        await dialer.WriteAsync(Encoding.Latin1.GetBytes($"{Header}{(char)(line.Length + 1)}{line}\n\x03/x\n"), Cancel);
        Assert.Equal("/x", (await handled).Protocol);
        Assert.Equal(["/x"], asked);
    }

    [Fact]
    public async Task Handle_PredicateThatThrows_FailsTheNegotiation()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        ProtocolMatcher[] table = [ProtocolMatcher.Predicate("/faulty", _ => throw new InvalidDataException("on purpose"))];
        await dialer.WriteAsync(Encoding.Latin1.GetBytes($"{Header}\x03/x\n"), Cancel);
        var failure = await Assert.ThrowsAsync<NegotiationFailedException>(async () => await MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), table, Cancel));
        Assert.IsType<InvalidDataException>(failure.InnerException);
    }

    [Fact]
    public async Task Select_NoProtocolInCommon_NamesWhatWasOffered()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel).AsTask();
        var failure = await Assert.ThrowsAsync<NegotiationFailedException>(async () => await MultistreamSelect.SelectAsync(new RawNegotiationChannel(dialer), ["/a", "/b"], Cancel));
        Assert.Equal(["/a", "/b"], failure.Offered);
        await dialer.CompleteWritesAsync(Cancel);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => handled);
    }

    [Fact]
    public async Task Select_BytesOnTheWire_AreThoseOfTheSpec()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        await listener.WriteAsync(Encoding.UTF8.GetBytes(Header + "\x03na\n" + "\x03/b\nrest"), Cancel);
        Assert.Equal("/b", await MultistreamSelect.SelectAsync(new RawNegotiationChannel(dialer), ["/a", "/b"], Cancel));
        Assert.Equal(Header + "\x03/a\n" + "\x03/b\n", await ReadTextAsync(listener));
        // What is behind the negotiation is still there.
        Assert.Equal("rest", await ReadTextAsync(dialer));
    }

    [Fact]
    public async Task Handle_DialerThatWaitsForTheHeader_GetsItBeforeItProposes()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel).AsTask();
        await dialer.WriteAsync(Encoding.UTF8.GetBytes(Header), Cancel);
        Assert.Equal(Header, await ReadTextAsync(dialer));
        await dialer.WriteAsync(Encoding.UTF8.GetBytes("\x03/b\n\x0c/echo/1.0.0\nrest"), Cancel);
        Assert.Equal("/echo/1.0.0", (await handled).Protocol);
        Assert.Equal("\x03na\n\x0c/echo/1.0.0\n", await ReadTextAsync(dialer));
        Assert.Equal("rest", await ReadTextAsync(listener));
    }

    [Fact]
    public async Task List_Table_IsAnswered()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel).AsTask();
        Assert.Equal(Table.Select(matcher => matcher.Protocol), await MultistreamSelect.ListAsync(new RawNegotiationChannel(dialer), Cancel));
        await dialer.WriteAsync("\x0c/echo/1.0.0\n"u8.ToArray(), Cancel);
        Assert.Equal("/echo/1.0.0", (await handled).Protocol);
    }

    [Fact]
    public async Task List_RefusedOrDamaged_Fails()
    {
        foreach (var answer in (string[])["\x03na\n", "\x05\x03/a\n\r", "\x04\x03/a\n", "\x04\x00/a\n"])
        {
            var (dialer, listener) = DuplexConnection.CreatePair();
            await listener.WriteAsync(Encoding.UTF8.GetBytes(Header + answer), Cancel);
            await Assert.ThrowsAsync<NegotiationFailedException>(async () => await MultistreamSelect.ListAsync(new RawNegotiationChannel(dialer), Cancel));
        }
    }

    [Fact]
    public async Task Handle_ProposalsWithoutEnd_GivesUp()
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        await dialer.WriteAsync(Encoding.UTF8.GetBytes(Header + string.Concat(Enumerable.Repeat("\x03/b\n", MultistreamSelect.MaxProposals + 10))), Cancel);
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel));
    }

    public static TheoryData<string> BadBeginnings =>
    [
        "", "\x13/multistream/1.0.0", "\x13/multistream/1.0.0\r", "\x13/multistream/2.0.0\n", "\x00", Header + "\x01", Header + "\x00",
        Header + "\u0001\u0000", Header + "\x03/bc", "GET / HTTP/1.1\r\n",
    ];

    [Theory]
    [MemberData(nameof(BadBeginnings))]
    public async Task Handle_WhatIsNoNegotiation_Fails(string bytes)
    {
        var (dialer, listener) = DuplexConnection.CreatePair();
        await dialer.WriteAsync(Encoding.UTF8.GetBytes(bytes), Cancel);
        await dialer.CompleteWritesAsync(Cancel);
        await Assert.ThrowsAsync<NegotiationFailedException>(async () => await MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    [InlineData(16_384, false)]
    [InlineData(2_097_151, false)]
    [InlineData(2_097_152, false)]
    public async Task Handle_LineOverTheLimit_IsRefusedBeforeItIsRead(int length, bool isAllowed)
    {
        var (dialer, listener) = DuplexConnection.CreatePair(4 * 1024 * 1024);
        var prefix = new byte[9];
        var prefixBytes = Multiformats.Varint.Write(prefix, (ulong)length);
        await dialer.WriteAsync(Encoding.UTF8.GetBytes(Header), Cancel);
        await dialer.WriteAsync(prefix.AsMemory(0, prefixBytes), Cancel);
        var handled = MultistreamSelect.HandleAsync(new RawNegotiationChannel(listener), Table, Cancel).AsTask();
        if (!isAllowed)
        {
            // Nothing of the line has come.
            var failure = await Assert.ThrowsAsync<NegotiationFailedException>(() => handled);
            Assert.Contains("1024", failure.Message, StringComparison.Ordinal);
            return;
        }

        var line = new byte[length];
        line.AsSpan().Fill((byte)'a');
        line[^1] = (byte)'\n';
        await dialer.WriteAsync(line, Cancel);
        await dialer.WriteAsync("\x0c/echo/1.0.0\n"u8.ToArray(), Cancel);
        Assert.Equal("/echo/1.0.0", (await handled).Protocol);
    }

    [Fact]
    public async Task Secure_WhatComesBehindTheNegotiation_IsGivenBack()
    {
        var (dialer, listener) = FramedChannel.CreatePair();
        var frame = SealedFrame.Create(dialer.Sealer, Encoding.UTF8.GetBytes(Header + "\x0c/echo/1.0.0\nfirst"));
        await dialer.SendAsync(frame, Cancel);
        await dialer.SendAsync(SealedFrame.Create(dialer.Sealer, "second"u8), Cancel);
        var negotiation = new SecureNegotiationChannel(listener);
        Assert.Equal("/echo/1.0.0", (await MultistreamSelect.HandleAsync(negotiation, Table, Cancel)).Protocol);
        var channel = negotiation.Detach();
        Assert.Equal("first", Encoding.UTF8.GetString((await channel.ReadAsync(Cancel)).Span));
        Assert.Equal("second", Encoding.UTF8.GetString((await channel.ReadAsync(Cancel)).Span));
    }

    [Fact]
    public async Task Secure_NothingBehindIt_IsTheChannelItself()
    {
        var (dialer, listener) = FramedChannel.CreatePair();
        var (ours, theirs) = (new SecureNegotiationChannel(dialer), new SecureNegotiationChannel(listener));
        var handled = MultistreamSelect.HandleAsync(theirs, Table, Cancel).AsTask();
        await MultistreamSelect.SelectAsync(ours, ["/echo/1.0.0"], Cancel);
        await handled;
        Assert.Same(dialer, ours.Detach());
        Assert.Same(listener, theirs.Detach());
    }

    private static async Task<string> ReadTextAsync(DuplexConnection connection)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await connection.ReadAsync(buffer, Cancel));
    }
}
