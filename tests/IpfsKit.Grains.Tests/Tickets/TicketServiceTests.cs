using CsCheck;
using IpfsKit.Grains.Tickets;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Grains.Tests.Tickets;

public sealed class TicketServiceTests : IDisposable
{
    private static readonly PeerId Silo = NewPeer();
    private static readonly Cid Root = TestBlocks.Raw(1).Cid.WithCodec(Multicodec.DagPb);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestKeys _keys;
    private readonly TicketService _tickets;

    public TicketServiceTests()
    {
        _keys = new TestKeys(_time);
        _tickets = new TicketService(_keys, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadTicket_ForItsSiloAndRoot_IsAccepted()
    {
        var issued = await _tickets.IssueReadAsync(Silo, Root, TicketScope.Block, Token);

        var verified = await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token);

        Assert.True(verified.IsValid);
        Assert.Equal(
            new Ticket { Silo = Silo, Operation = TicketOperation.Read, Root = Root, Scope = TicketScope.Block, ExpiresAt = issued.ExpiresAt },
            verified.Ticket);
        Assert.Equal(_time.GetUtcNow().AddMinutes(5), issued.ExpiresAt);
    }

    [Fact]
    public async Task ReadTicket_ForTheOtherVersionOfItsRoot_IsAccepted()
    {
        Assert.True(Root.TryToV0(out var v0));
        var issued = await _tickets.IssueReadAsync(Silo, v0, cancellationToken: Token);

        Assert.True((await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).IsValid);
        Assert.True((await _tickets.VerifyReadAsync(issued.Text, Silo, v0, Token)).IsValid);
    }

    [Fact]
    public async Task UploadTicket_CarriesItsMaximum()
    {
        var issued = await _tickets.IssueUploadAsync(Silo, 12345, Token);

        var verified = await _tickets.VerifyUploadAsync(issued.Text, Silo, Token);

        Assert.True(verified.IsValid);
        Assert.Equal(12345, verified.Ticket.MaxBytes);
        Assert.NotEqual(Guid.Empty, verified.Ticket.Upload);
    }

    [Fact]
    public async Task Ticket_AfterFiveMinutes_IsExpired()
    {
        var issued = await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.True((await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).IsValid);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TicketFault.Expired, (await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).Fault);
    }

    [Fact]
    public async Task Ticket_ForAnotherSilo_IsRefused()
    {
        var issued = await _tickets.IssueReadAsync(NewPeer(), Root, cancellationToken: Token);

        Assert.Equal(TicketFault.WrongSilo, (await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).Fault);
    }

    [Fact]
    public async Task Ticket_ForAnotherRoot_IsRefused()
    {
        var issued = await _tickets.IssueReadAsync(Silo, TestBlocks.Raw(2).Cid, cancellationToken: Token);

        Assert.Equal(TicketFault.WrongRoot, (await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).Fault);
    }

    [Fact]
    public async Task Ticket_ForAnotherOperation_IsRefused()
    {
        var upload = await _tickets.IssueUploadAsync(Silo, 1, Token);
        var read = await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);

        Assert.Equal(TicketFault.WrongOperation, (await _tickets.VerifyReadAsync(upload.Text, Silo, Root, Token)).Fault);
        Assert.Equal(TicketFault.WrongOperation, (await _tickets.VerifyUploadAsync(read.Text, Silo, Token)).Fault);
    }

    [Fact]
    public async Task Ticket_WithAnyCharacterChanged_IsRefused()
    {
        var text = (await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token)).Text;

        for (var i = 0; i < text.Length - 1; i++)
        {
            var changed = text.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            var fault = (await _tickets.VerifyReadAsync(new string(changed), Silo, Root, Token)).Fault;
            Assert.True(fault is TicketFault.Forged or TicketFault.Malformed, $"character {i}: {fault}");
        }
    }

    [Fact]
    public async Task Ticket_SignedByAnotherCluster_IsForged()
    {
        using var other = new TicketService(new TestKeys(_time), _time);
        var issued = await other.IssueReadAsync(Silo, Root, cancellationToken: Token);

        Assert.Equal(TicketFault.Forged, (await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).Fault);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a ticket")]
    [InlineData("AAAA")]
    public async Task Text_ThatIsNoTicket_IsMalformed(string? text) =>
        Assert.Equal(TicketFault.Malformed, (await _tickets.VerifyReadAsync(text, Silo, Root, Token)).Fault);

    [Fact]
    public async Task Text_LongerThanAnyTicket_IsMalformed() =>
        Assert.Equal(TicketFault.Malformed, (await _tickets.VerifyReadAsync(new string('A', 100_000), Silo, Root, Token)).Fault);

    [Fact]
    public void Codec_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var text = System.Buffers.Text.Base64Url.EncodeToString(bytes);
        _ = TicketCodec.TryReadKeyId(text, out _);
        Assert.NotEqual(TicketFault.None, TicketCodec.TryDecode(text, new byte[32], out _));
    });

    [Fact]
    public async Task Keys_AreFetchedOncePerFiveMinutes()
    {
        for (var i = 0; i < 10; i++)
        {
            var issued = await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
            await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token);
        }

        Assert.Equal(1, _keys.Fetches);
        _time.Advance(TimeSpan.FromMinutes(5));
        await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        Assert.Equal(2, _keys.Fetches);
    }

    [Fact]
    public async Task Keys_WhenManyAskAtOnce_AreFetchedOnce()
    {
        _keys.Gate = new TaskCompletionSource();
        var all = Enumerable.Range(0, 20).Select(_ => _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token).AsTask()).ToArray();
        _keys.Gate.SetResult();
        await Task.WhenAll(all);

        Assert.Equal(1, _keys.Fetches);
    }

    [Fact]
    public async Task Ticket_OfAKeyNewerThanTheCache_IsVerifiedAfterOneFetch()
    {
        using var otherSilo = new TicketService(_keys, _time);
        await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        _keys.Rotate();
        var issued = await otherSilo.IssueReadAsync(Silo, Root, cancellationToken: Token);

        Assert.True((await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).IsValid);
    }

    [Fact]
    public async Task Ticket_OfTheKeyBeforeTheLastRotation_StillVerifies()
    {
        var issued = await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        _keys.Rotate();
        using var freshSilo = new TicketService(_keys, _time);

        Assert.True((await freshSilo.VerifyReadAsync(issued.Text, Silo, Root, Token)).IsValid);
    }

    [Fact]
    public async Task Tickets_WithMadeUpKeyNumbers_FetchAtMostOncePerSecond()
    {
        var secret = new byte[32];
        var ticket = new Ticket { Silo = Silo, Operation = TicketOperation.Read, Root = Root, ExpiresAt = _time.GetUtcNow().AddMinutes(1) };
        await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        _time.Advance(TimeSpan.FromSeconds(1));

        for (uint key = 100; key < 200; key++)
            Assert.Equal(TicketFault.Forged, (await _tickets.VerifyReadAsync(TicketCodec.Encode(ticket, key, secret), Silo, Root, Token)).Fault);

        Assert.Equal(2, _keys.Fetches);
    }

    [Fact]
    public async Task Keys_WhileTheSourceIsDown_GoOnUntilTheyAreTooOld()
    {
        await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        _keys.Fails = true;

        _time.Advance(TimeSpan.FromHours(3));
        var issued = await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token);
        Assert.True((await _tickets.VerifyReadAsync(issued.Text, Silo, Root, Token)).IsValid);

        _time.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<IOException>(async () => await _tickets.IssueReadAsync(Silo, Root, cancellationToken: Token));
    }

    public void Dispose() => _tickets.Dispose();

    private static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate();
        return key.PublicKey.PeerId;
    }

    private sealed class TestKeys : ITicketKeySource
    {
        private readonly TimeProvider _time;
        private List<TicketKey> _keys = [];

        public TestKeys(TimeProvider time)
        {
            _time = time;
            Rotate();
        }

        public int Fetches { get; private set; }

        public bool Fails { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public void Rotate() => _keys =
        [
            new TicketKey { Id = (uint)_keys.Count + 1, Secret = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32), CreatedAt = _time.GetUtcNow() },
            .. _keys,
        ];

        public async ValueTask<IReadOnlyList<TicketKey>> GetKeysAsync(CancellationToken cancellationToken)
        {
            Fetches++;
            if (Gate is not null)
                await Gate.Task;
            return Fails ? throw new IOException("Down.") : _keys;
        }
    }
}
