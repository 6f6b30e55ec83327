using System.Security.Cryptography;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>What every transport promises. Each one derives once for each kind of address.</summary>
public abstract class TransportConformanceTests
{
    /// <summary>A new transport; where it needs a network of its own, the same one on each call.</summary>
    private protected abstract IRawTransport Transport { get; }

    /// <summary>An address with a port of the transport's choice.</summary>
    private protected abstract Multiaddr ListenAddress { get; }

    /// <summary>An address of another kind.</summary>
    private protected virtual Multiaddr ForeignAddress => Multiaddr.Parse("/ip4/127.0.0.1/udp/4001/quic-v1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listen_PortOfItsChoice_NamesTheRealAddressThatCanBeDialled()
    {
        await using var listener = await Transport.ListenAsync(ListenAddress, Token);
        Assert.NotEqual(ListenAddress, listener.Address);
        Assert.True(Transport.CanDial(listener.Address));
        var peer = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
        Assert.True(Transport.CanDial(listener.Address.Encapsulate(Multiaddr.FromPeerId(peer))));
    }

    [Fact]
    public void CanDialAndListen_ForeignAddress_No()
    {
        Assert.False(Transport.CanDial(ForeignAddress));
        Assert.False(Transport.CanListen(ForeignAddress));
    }

    [Fact]
    public async Task DialAndListen_ForeignAddress_AreRefusedByName()
    {
        var dial = await Assert.ThrowsAsync<DialFailedException>(() => Transport.DialAsync(ForeignAddress, Token).AsTask());
        Assert.Equal(ForeignAddress, dial.Address);
        var listen = await Assert.ThrowsAsync<ListenFailedException>(() => Transport.ListenAsync(ForeignAddress, Token).AsTask());
        Assert.Equal(ForeignAddress, listen.Address);
    }

    [Fact]
    public async Task Connection_BothEnds_NameEachOther()
    {
        var listener = await Transport.ListenAsync(ListenAddress, Token);
        await using var connections = await ConnectionPair.ConnectAsync(Transport, listener, owned: true);
        Assert.Equal(ConnectionDirection.Outbound, connections.Dialer.Direction);
        Assert.Equal(ConnectionDirection.Inbound, connections.Accepted.Direction);
        Assert.Equal(listener.Address, connections.Dialer.RemoteAddress);
        Assert.Equal(listener.Address, connections.Accepted.LocalAddress);
        Assert.Equal(connections.Dialer.LocalAddress, connections.Accepted.RemoteAddress);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAsync_EitherEndFirst_ArrivesInOrder(bool fromDialer)
    {
        await using var connections = await ConnectAsync();
        var (from, to) = connections.Ends(fromDialer);
        for (byte i = 0; i < 100; i++)
            await from.WriteAsync(new byte[] { i, (byte)(i + 1) }, Token);
        var read = await to.ReadExactlyAsync(200);
        for (byte i = 0; i < 100; i++)
        {
            Assert.Equal(i, read[2 * i]);
            Assert.Equal(i + 1, read[2 * i + 1]);
        }
    }

    [Fact]
    public async Task WriteAsync_Nothing_IsHarmless()
    {
        await using var connections = await ConnectAsync();
        await connections.Dialer.WriteAsync(ReadOnlyMemory<byte>.Empty, Token);
        await connections.Dialer.WriteAsync("a"u8.ToArray(), Token);
        Assert.Equal("a"u8.ToArray(), await connections.Accepted.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task LargeTransfer_BothWaysAtOnce_ArrivesWhole()
    {
        await using var connections = await ConnectAsync();
        var block = RandomNumberGenerator.GetBytes(300_007);
        const int Blocks = 60;
        var expected = HashOf(block, Blocks);
        var sends = new[] { SendAsync(connections.Dialer), SendAsync(connections.Accepted) };
        var reads = new[] { ReadAsync(connections.Dialer), ReadAsync(connections.Accepted) };
        await Task.WhenAll(sends);
        foreach (var hash in await Task.WhenAll(reads))
            Assert.Equal(expected, hash);

        async Task SendAsync(IRawConnection connection)
        {
            for (var i = 0; i < Blocks; i++)
                await connection.WriteAsync(block, Token);
        }

        async Task<string> ReadAsync(IRawConnection connection)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[128 << 10];
            for (var left = (long)block.Length * Blocks; left > 0;)
            {
                var read = await connection.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), Token);
                Assert.True(read > 0);
                hash.AppendData(buffer, 0, read);
                left -= read;
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompleteWritesAsync_AfterData_OtherSideReadsAllThenTheEnd(bool fromDialer)
    {
        await using var connections = await ConnectAsync();
        var (from, to) = connections.Ends(fromDialer);
        var block = RandomNumberGenerator.GetBytes(1 << 20);
        var drain = to.DrainAsync();
        await from.WriteAsync(block, Token);
        await from.CompleteWritesAsync(Token);
        Assert.Equal((block.Length, HashOf(block, 1)), await drain);
        Assert.Equal(0, await to.ReadAsync(new byte[1], Token));
        Assert.Equal(0, await to.ReadAsync(Memory<byte>.Empty, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompleteWritesAsync_OtherDirection_GoesOn(bool fromDialer)
    {
        await using var connections = await ConnectAsync();
        var (from, to) = connections.Ends(fromDialer);
        await from.CompleteWritesAsync(Token);
        Assert.Equal(0, await to.ReadAsync(new byte[1], Token));
        var block = RandomNumberGenerator.GetBytes(200_000);
        var drain = from.DrainAsync();
        await to.WriteAsync(block, Token);
        await to.CompleteWritesAsync(Token);
        Assert.Equal((block.Length, HashOf(block, 1)), await drain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_OtherSideReads_SeesAFailureNotAnEnd(bool fromDialer)
    {
        await using var connections = await ConnectAsync();
        var (from, to) = connections.Ends(fromDialer);
        await from.WriteAsync("x"u8.ToArray(), Token);
        await to.ReadExactlyAsync(1);
        var read = to.ReadAsync(new byte[10], Token).AsTask();
        from.Abort();
        from.Abort();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => WriteUntilItFailsAsync(to));
    }

    [Fact]
    public async Task Abort_OwnReadUnderWay_Fails()
    {
        await using var connections = await ConnectAsync();
        var read = connections.Dialer.ReadAsync(new byte[10], Token).AsTask();
        connections.Dialer.Abort();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => connections.Dialer.ReadAsync(new byte[10], Token).AsTask());
        await Assert.ThrowsAsync<ConnectionClosedException>(() => connections.Dialer.WriteAsync(new byte[10], Token).AsTask());
    }

    [Fact]
    public async Task Abort_OwnWriteThatWaits_Fails()
    {
        await using var connections = await ConnectAsync();
        var write = WriteUntilItFailsAsync(connections.Dialer);
        Assert.False(write.IsCompleted);
        connections.Dialer.Abort();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => write);
    }

    [Fact]
    public async Task DisposeAsync_OtherSideReads_SeesAnEndOrAFailure()
    {
        await using var connections = await ConnectAsync();
        await connections.Dialer.DisposeAsync();
        await connections.Dialer.DisposeAsync();
        connections.Dialer.Abort();
        try
        {
            Assert.Equal(0, await connections.Accepted.ReadAsync(new byte[1], Token));
        }
        catch (ConnectionClosedException)
        {
            // A transport may not be able to end in order without waiting.
        }
    }

    [Fact]
    public async Task ReadAsync_EmptyBuffer_WaitsForBytesAndTakesNone()
    {
        await using var connections = await ConnectAsync();
        var readable = connections.Accepted.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        Assert.False(readable.IsCompleted);
        await connections.Dialer.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(0, await readable);
        Assert.Equal("hello"u8.ToArray(), await connections.Accepted.ReadExactlyAsync(5));
    }

    [Fact]
    public async Task ReadAsync_EmptyBufferAtTheEnd_Completes()
    {
        await using var connections = await ConnectAsync();
        var readable = connections.Accepted.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await connections.Dialer.CompleteWritesAsync(Token);
        Assert.Equal(0, await readable);
        Assert.Equal(0, await connections.Accepted.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Throws()
    {
        await using var connections = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var read = connections.Accepted.ReadAsync(new byte[1], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task WriteAsync_NobodyReads_WaitsUntilCancelled()
    {
        await using var connections = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var write = WriteUntilItFailsAsync(connections.Dialer, cancel.Token);
        Assert.False(write.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task DialAsync_NobodyListens_FailsWithTheAddress()
    {
        var listener = await Transport.ListenAsync(ListenAddress, Token);
        await listener.DisposeAsync();
        var failure = await Assert.ThrowsAsync<DialFailedException>(() => Transport.DialAsync(listener.Address, Token).AsTask());
        Assert.Equal(listener.Address, failure.Address);
    }

    [Fact]
    public async Task DialAsync_AlreadyCancelled_Throws()
    {
        await using var listener = await Transport.ListenAsync(ListenAddress, Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Transport.DialAsync(listener.Address, new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task ListenAsync_AddressInUse_IsRefused()
    {
        await using var listener = await Transport.ListenAsync(ListenAddress, Token);
        var failure = await Assert.ThrowsAsync<ListenFailedException>(() => Transport.ListenAsync(listener.Address, Token).AsTask());
        Assert.Equal(listener.Address, failure.Address);
    }

    [Fact]
    public async Task ListenAsync_AfterTheListenerBeforeIsGone_Succeeds()
    {
        var listener = await Transport.ListenAsync(ListenAddress, Token);
        await using (await ConnectionPair.ConnectAsync(Transport, listener, owned: true))
        {
        }

        await using var again = await Transport.ListenAsync(listener.Address, Token);
        Assert.Equal(listener.Address, again.Address);
        await using var connections = await ConnectionPair.ConnectAsync(Transport, again);
    }

    [Fact]
    public async Task AcceptAsync_ListenerDisposed_EndsWithNull()
    {
        var listener = await Transport.ListenAsync(ListenAddress, Token);
        var accept = listener.AcceptAsync(Token).AsTask();
        await listener.DisposeAsync();
        Assert.Null(await accept);
        Assert.Null(await listener.AcceptAsync(Token));
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task AcceptAsync_Cancelled_ThrowsAndTheListenerGoesOn()
    {
        await using var listener = await Transport.ListenAsync(ListenAddress, Token);
        using var cancel = new CancellationTokenSource();
        var accept = listener.AcceptAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accept);
        await using var connections = await ConnectionPair.ConnectAsync(Transport, listener);
    }

    [Fact]
    public async Task Connections_AcceptedBefore_OutliveTheListener()
    {
        var listener = await Transport.ListenAsync(ListenAddress, Token);
        await using var connections = await ConnectionPair.ConnectAsync(Transport, listener, owned: true);
        await listener.DisposeAsync();
        await connections.Dialer.WriteAsync("still"u8.ToArray(), Token);
        Assert.Equal("still"u8.ToArray(), await connections.Accepted.ReadExactlyAsync(5));
    }

    [Fact]
    public async Task Connections_ManyAtOnce_CarryTheirOwnBytes()
    {
        const int Count = 100;
        await using var listener = await Transport.ListenAsync(ListenAddress, Token);
        var echoes = Task.Run(
            async () =>
            {
                var all = new List<Task>();
                for (var i = 0; i < Count; i++)
                    all.Add(EchoAsync((await listener.AcceptAsync(Token))!));
                await Task.WhenAll(all);
            },
            Token);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(AskAsync));
        await echoes;

        async Task AskAsync(int i)
        {
            await using var connection = await Transport.DialAsync(listener.Address, Token);
            await connection.WriteAsync(BitConverter.GetBytes(i), Token);
            Assert.Equal(BitConverter.GetBytes(i), await connection.ReadExactlyAsync(4));
        }

        static async Task EchoAsync(IRawConnection connection)
        {
            await using (connection)
                await connection.WriteAsync(await connection.ReadExactlyAsync(4), Token);
        }
    }

    private Task<ConnectionPair> ConnectAsync() => ConnectionPair.ConnectAsync(Transport, ListenAddress);

    private static async Task WriteUntilItFailsAsync(IRawConnection connection, CancellationToken? cancellationToken = null)
    {
        var block = new byte[1 << 20];
        while (true)
            await connection.WriteAsync(block, cancellationToken ?? Token);
    }

    private static string HashOf(byte[] block, int times)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < times; i++)
            hash.AppendData(block);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
