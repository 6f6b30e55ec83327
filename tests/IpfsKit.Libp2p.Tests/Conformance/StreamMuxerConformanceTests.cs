using System.Security.Cryptography;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>What every muxer does. Each test ends with all memory given back.</summary>
public abstract class StreamMuxerConformanceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IMuxer CreateMuxer();

    private protected virtual ValueTask<(ISecureChannel Dialer, ISecureChannel Listener)> CreateChannelsAsync() => ValueTask.FromResult<(ISecureChannel, ISecureChannel)>(PlainChannel.CreatePair());

    private protected async Task<MuxedPair> CreatePairAsync() => MuxedPair.Create(CreateMuxer(), await CreateChannelsAsync());

    [Fact]
    public async Task Stream_OpenedByEitherSide_EchoesAndEnds()
    {
        await using var pair = await CreatePairAsync();
        foreach (var (opener, acceptor) in new[] { (pair.Dialer, pair.Listener), (pair.Listener, pair.Dialer) })
        {
            await using var ours = await opener.OpenStreamAsync(Cancel);
            await ours.WriteAsync("hello"u8.ToArray(), Cancel);
            await ours.CompleteWritesAsync(Cancel);
            await using var theirs = await acceptor.AcceptStreamAsync(Cancel);
            Assert.NotNull(theirs);
            Assert.Equal((ConnectionDirection.Outbound, ConnectionDirection.Inbound, ours.Id), (ours.Direction, theirs.Direction, theirs.Id));
            await theirs.EchoAsync(Cancel);
            Assert.Equal("hello"u8.ToArray(), await ours.ReadToEndAsync(Cancel));
            Assert.Equal(0, await ours.ReadAsync(new byte[1], Cancel));
        }

        await ExpectStreamsAsync(pair, 0);
        Assert.Equal(pair.DialerMemory.Reserved, pair.ListenerMemory.Reserved);
    }

    [Fact]
    public async Task Stream_ReadsFirst_IsKnownToTheOtherSide()
    {
        await using var pair = await CreatePairAsync();
        var ours = await pair.Dialer.OpenStreamAsync(Cancel);
        var read = ours.ReadAsync(new byte[8], Cancel).AsTask();
        var theirs = await pair.Listener.AcceptStreamAsync(Cancel);
        await theirs!.WriteAsync(new byte[3], Cancel);
        Assert.Equal(3, await read);
    }

    [Fact]
    public async Task Stream_BeforeItsFirstByte_SendsNothing()
    {
        await using var pair = await CreatePairAsync();
        var silent = await pair.Dialer.OpenStreamAsync(Cancel);
        var (ours, _) = await pair.OpenAsync(Cancel);
        Assert.True(ours.Id > silent.Id);
        Assert.Equal((2, 1), (pair.Dialer.StreamCount, pair.Listener.StreamCount));
        await silent.DisposeAsync();
        Assert.Equal((1, 1), (pair.Dialer.StreamCount, pair.Listener.StreamCount));
    }

    [Fact]
    public async Task Streams_ManyAtOnce_EachGetsItsOwnBytes()
    {
        await using var pair = await CreatePairAsync();
        const int Count = 200;
        var echoes = EchoAllAsync(pair.Listener, Count);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(async i =>
        {
            await using var stream = await pair.Dialer.OpenStreamAsync(Cancel);
            var bytes = new byte[1 + (i * 997 % 50_000)];
            new Random(i).NextBytes(bytes);
            var write = WriteAndEndAsync(stream, bytes);
            Assert.Equal(bytes, await stream.ReadToEndAsync(Cancel));
            await write;
        }));
        await echoes;
        await ExpectStreamsAsync(pair, 0);
    }

    [Fact]
    public async Task Stream_HalfClosed_StillReceives()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await ours.CompleteWritesAsync(Cancel);
        await ours.CompleteWritesAsync(Cancel);
        Assert.Equal(0, await theirs.ReadAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await ours.WriteAsync(new byte[1], Cancel));
        for (byte i = 0; i < 10; i++)
        {
            await theirs.WriteAsync(new[] { i }, Cancel);
            Assert.Equal([i], await ours.ReadExactlyAsync(1, Cancel));
        }

        await theirs.CompleteWritesAsync(Cancel);
        Assert.Equal(0, await ours.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Stream_EndedAndUnread_KeepsWhatArrived()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await theirs.WriteAsync(new byte[100_000], Cancel);
        await theirs.CompleteWritesAsync(Cancel);
        await ours.CompleteWritesAsync(Cancel);
        await ExpectStreamsAsync(pair, 0);
        Assert.Equal(100_000, (await ours.ReadToEndAsync(Cancel)).Length);
        await ours.DisposeAsync();
    }

    [Fact]
    public async Task Stream_EndedUnreadAndDisposed_GivesMemoryBack()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await theirs.WriteAsync(new byte[100_000], Cancel);
        await theirs.CompleteWritesAsync(Cancel);
        await ours.CompleteWritesAsync(Cancel);
        await ExpectStreamsAsync(pair, 0);
        await ours.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await ours.ReadAsync(new byte[1], Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_Reset_FailsBothSides(bool byDialer)
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var (resetter, other) = byDialer ? (ours, theirs) : (theirs, ours);
        await other.WriteAsync(new byte[1000], Cancel);
        var waiting = other.ReadAsync(new byte[1], Cancel).AsTask();
        resetter.Reset();
        resetter.Reset();
        Assert.True((await Assert.ThrowsAsync<StreamResetException>(() => waiting)).ByRemote);
        Assert.True((await Assert.ThrowsAsync<StreamResetException>(async () => await other.WriteAsync(new byte[1], Cancel))).ByRemote);
        Assert.False((await Assert.ThrowsAsync<StreamResetException>(async () => await resetter.ReadAsync(new byte[1], Cancel))).ByRemote);
        Assert.False((await Assert.ThrowsAsync<StreamResetException>(async () => await resetter.WriteAsync(new byte[1], Cancel))).ByRemote);
        await ExpectStreamsAsync(pair, 0);
        // The connection goes on.
        await pair.OpenAsync(Cancel);
    }

    [Fact]
    public async Task Stream_ResetByOneWhoReads_EndsItsOwnRead()
    {
        await using var pair = await CreatePairAsync();
        var (ours, _) = await pair.OpenAsync(Cancel);
        var waiting = ours.ReadAsync(new byte[1], Cancel).AsTask();
        ours.Reset();
        Assert.False((await Assert.ThrowsAsync<StreamResetException>(() => waiting)).ByRemote);
    }

    [Fact]
    public async Task Stream_DisposedWhileOpen_IsReset()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await ours.DisposeAsync();
        await ours.DisposeAsync();
        await Assert.ThrowsAsync<StreamResetException>(async () => await theirs.ReadToEndAndFailAsync(Cancel));
        // Also when only the direction towards it is open.
        (ours, theirs) = await pair.OpenAsync(Cancel);
        await ours.CompleteWritesAsync(Cancel);
        Assert.Equal(0, await theirs.ReadAsync(new byte[1], Cancel));
        var write = theirs.WriteAsync(new byte[8 * 1024 * 1024], Cancel).AsTask();
        await ours.DisposeAsync();
        await Assert.ThrowsAsync<StreamResetException>(() => write);
    }

    [Fact]
    public async Task Stream_DisposedAfterBothEnds_IsNotReset()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await theirs.WriteAsync(new byte[10], Cancel);
        await theirs.CompleteWritesAsync(Cancel);
        Assert.Equal(10, (await ours.ReadToEndAsync(Cancel)).Length);
        await ours.CompleteWritesAsync(Cancel);
        await ours.DisposeAsync();
        Assert.Equal(0, await theirs.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Write_OtherSideDoesNotRead_WaitsAndGoesOn()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        const int Size = 8 * 1024 * 1024;
        var write = WriteAndEndAsync(ours, new byte[Size]);
        // Other streams are not held up.
        for (var i = 0; i < 20; i++)
            await pair.OpenAsync(Cancel);
        Assert.False(write.IsCompleted);
        Assert.Equal(Size, (await theirs.ReadToEndAsync(Cancel)).Length);
        await write;
    }

    [Fact]
    public async Task Write_Cancelled_Ends()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        using var source = new CancellationTokenSource();
        var write = ours.WriteAsync(new byte[8 * 1024 * 1024], source.Token).AsTask();
        Assert.False(write.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ours.WriteAsync(new byte[1], source.Token));
        ours.Reset();
        await Assert.ThrowsAsync<StreamResetException>(async () => await theirs.ReadToEndAndFailAsync(Cancel));
    }

    [Fact]
    public async Task Write_OtherSideResets_Fails()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var write = ours.WriteAsync(new byte[8 * 1024 * 1024], Cancel).AsTask();
        theirs.Reset();
        Assert.True((await Assert.ThrowsAsync<StreamResetException>(() => write)).ByRemote);
        await ExpectStreamsAsync(pair, 0);
    }

    [Fact]
    public async Task Write_SecondAtOnce_IsRefused()
    {
        await using var pair = await CreatePairAsync();
        var (ours, _) = await pair.OpenAsync(Cancel);
        var write = ours.WriteAsync(new byte[8 * 1024 * 1024], Cancel).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await ours.WriteAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await ours.CompleteWritesAsync(Cancel));
        ours.Reset();
        await Assert.ThrowsAsync<StreamResetException>(() => write);
    }

    [Fact]
    public async Task Read_Cancelled_LosesNothing()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        for (byte i = 0; i < 50; i++)
        {
            using var source = new CancellationTokenSource();
            var read = ours.ReadAsync(new byte[8], source.Token).AsTask();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await ours.ReadAsync(new byte[8], Cancel));
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            await theirs.WriteAsync(new[] { i }, Cancel);
            Assert.Equal([i], await ours.ReadExactlyAsync(1, Cancel));
        }
    }

    [Fact]
    public async Task Read_WithoutABuffer_CompletesWhenAReadWouldNotWait()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var readable = ours.ReadAsync(Memory<byte>.Empty, Cancel).AsTask();
        Assert.False(readable.IsCompleted);
        await theirs.WriteAsync(new byte[3], Cancel);
        Assert.Equal(0, await readable);
        Assert.Equal(0, await ours.ReadAsync(Memory<byte>.Empty, Cancel));
        Assert.Equal(3, await ours.ReadAsync(new byte[8], Cancel));
        readable = ours.ReadAsync(Memory<byte>.Empty, Cancel).AsTask();
        await theirs.CompleteWritesAsync(Cancel);
        Assert.Equal(0, await readable);
        Assert.Equal(0, await ours.ReadAsync(new byte[8], Cancel));
    }

    [Fact]
    public async Task WaitToRead_BytesOrTheEnd_AreThere()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var readable = ours.WaitToReadAsync(Cancel).AsTask();
        Assert.False(readable.IsCompleted);
        await theirs.WriteAsync(new byte[3], Cancel);
        Assert.True(await readable);
        Assert.True(await ours.WaitToReadAsync(Cancel));
        Assert.Equal(3, await ours.ReadAsync(new byte[8], Cancel));
        readable = ours.WaitToReadAsync(Cancel).AsTask();
        await theirs.CompleteWritesAsync(Cancel);
        Assert.True(await readable);
        Assert.Equal(0, await ours.ReadAsync(new byte[8], Cancel));
    }

    [Fact]
    public async Task WaitToRead_Cancelled_SaysThatThereIsNothingAndLosesNothing()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        using var source = new CancellationTokenSource();
        var readable = ours.WaitToReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        Assert.False(await readable);
        Assert.False(await ours.WaitToReadAsync(source.Token));
        await theirs.WriteAsync(new byte[] { 7 }, Cancel);
        Assert.True(await ours.WaitToReadAsync(Cancel));
        Assert.Equal([7], await ours.ReadExactlyAsync(1, Cancel));
    }

    [Fact]
    public async Task WaitToRead_StreamOrConnectionFails_SaysThatThereIsNothing()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var (others, _) = await pair.OpenAsync(Cancel);
        var (readable, readableOfOthers) = (ours.WaitToReadAsync(Cancel).AsTask(), others.WaitToReadAsync(Cancel).AsTask());
        theirs.Reset();
        Assert.False(await readable.WaitAsync(Patience, Cancel));
        Assert.False(await ours.WaitToReadAsync(Cancel));
        await Assert.ThrowsAsync<StreamResetException>(async () => await ours.ReadAsync(new byte[1], Cancel));
        pair.Listener.Abort();
        Assert.False(await readableOfOthers.WaitAsync(Patience, Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await others.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Read_OneSlowReader_DoesNotStallOthers()
    {
        await using var pair = await CreatePairAsync();
        var (slow, slowWriter) = await pair.OpenAsync(Cancel);
        var stuck = slowWriter.WriteAsync(new byte[4 * 1024 * 1024], Cancel).AsTask();
        var (fast, fastWriter) = await pair.OpenAsync(Cancel);
        var write = WriteAndEndAsync(fastWriter, new byte[16 * 1024 * 1024]);
        Assert.Equal(16 * 1024 * 1024, (await fast.ReadToEndAsync(Cancel)).Length);
        await write;
        Assert.False(stuck.IsCompleted);
        slow.Reset();
        await Assert.ThrowsAsync<StreamResetException>(() => stuck);
    }

    [Fact]
    public async Task Transfer_64MiBBothWays_ArrivesUnchanged()
    {
        await using var pair = await CreatePairAsync();
        var size = Soak.Count(64, 1024) * 1024 * 1024;
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var hashes = await Task.WhenAll(SendAsync(ours, 1, size), SendAsync(theirs, 2, size), ReceiveAsync(theirs), ReceiveAsync(ours));
        Assert.Equal(hashes[0], hashes[2]);
        Assert.Equal(hashes[1], hashes[3]);
        await ExpectStreamsAsync(pair, 0);
    }

    [Fact]
    public async Task Ping_Answered_MeasuresTheRoundTrip()
    {
        await using var pair = await CreatePairAsync();
        Assert.Equal(TimeSpan.Zero, pair.Dialer.RoundTripTime);
        var measured = await pair.Dialer.PingAsync(Cancel);
        Assert.True(measured > TimeSpan.Zero);
        Assert.Equal(measured, pair.Dialer.RoundTripTime);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pair.Listener.PingAsync(Cancel).AsTask())), time => Assert.True(time > TimeSpan.Zero));
    }

    [Fact]
    public async Task Close_WhatWasWritten_Arrives()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await ours.WriteAsync(new byte[200_000], Cancel);
        await ours.CompleteWritesAsync(Cancel);
        var (open, openThere) = await pair.OpenAsync(Cancel);
        await pair.Dialer.CloseAsync(Cancel);
        Assert.Null(await pair.Dialer.Closed);
        Assert.Null(await pair.Listener.Closed.WaitAsync(Patience, Cancel));
        Assert.Equal(200_000, (await theirs.ReadToEndAsync(Cancel)).Length);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await open.ReadAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await openThere.ReadAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await openThere.WriteAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await pair.Dialer.OpenStreamAsync(Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await pair.Listener.OpenStreamAsync(Cancel));
        Assert.Null(await pair.Dialer.AcceptStreamAsync(Cancel));
        Assert.Null(await pair.Listener.AcceptStreamAsync(Cancel));
        await pair.Dialer.CloseAsync(Cancel);
        await theirs.DisposeAsync();
    }

    [Fact]
    public async Task Close_BothSidesAtOnce_IsInOrder()
    {
        await using var pair = await CreatePairAsync();
        await pair.OpenAsync(Cancel);
        await Task.WhenAll(pair.Dialer.CloseAsync(Cancel).AsTask(), pair.Listener.CloseAsync(Cancel).AsTask());
        Assert.Null(await pair.Dialer.Closed);
        Assert.Null(await pair.Listener.Closed);
    }

    [Fact]
    public async Task Abort_Reason_ReachesEverything()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var read = ours.ReadAsync(new byte[1], Cancel).AsTask();
        var write = ours.WriteAsync(new byte[8 * 1024 * 1024], Cancel).AsTask();
        var readThere = theirs.ReadToEndAndFailAsync(Cancel);
        var accept = pair.Dialer.AcceptStreamAsync(Cancel).AsTask();
        var reason = new InvalidOperationException("because");
        pair.Dialer.Abort(reason);
        pair.Dialer.Abort();
        Assert.Same(reason, (await Assert.ThrowsAsync<ConnectionClosedException>(() => read)).InnerException);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => write);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => readThere);
        Assert.Null(await accept);
        Assert.Same(reason, (await pair.Dialer.Closed.WaitAsync(Patience, Cancel))!.InnerException);
        Assert.NotNull(await pair.Listener.Closed.WaitAsync(Patience, Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await pair.Dialer.PingAsync(Cancel));
    }

    [Fact]
    public async Task Dispose_WithStreamsOpen_EndsThem()
    {
        var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        var read = theirs.ReadAsync(new byte[1], Cancel).AsTask();
        await pair.Dialer.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionClosedException>(() => read);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await ours.ReadAsync(new byte[1], Cancel));
        ours.Reset();
        await ours.DisposeAsync();
        await pair.DisposeAsync();
    }

    [Fact]
    public async Task Accept_Cancelled_TakesNoStream()
    {
        await using var pair = await CreatePairAsync();
        using var source = new CancellationTokenSource();
        var accept = pair.Listener.AcceptStreamAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accept);
        await pair.OpenAsync(Cancel);
    }

    private protected static Task ExpectStreamsAsync(MuxedPair pair, int count) =>
        Eventually.TrueAsync($"{count} streams", () => Task.FromResult(pair.Dialer.StreamCount == count && pair.Listener.StreamCount == count), Patience, Cancel);

    private static async Task EchoAllAsync(IMuxedConnection connection, int count)
    {
        var echoes = new List<Task>();
        for (var i = 0; i < count; i++)
            echoes.Add(EchoAsync((await connection.AcceptStreamAsync(Cancel))!));
        await Task.WhenAll(echoes);

        static async Task EchoAsync(IMuxedStream stream)
        {
            await using (stream)
                await stream.EchoAsync(Cancel);
        }
    }

    private static async Task WriteAndEndAsync(IMuxedStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, Cancel);
        await stream.CompleteWritesAsync(Cancel);
    }

    private static async Task<string> SendAsync(IMuxedStream stream, int seed, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(seed);
        var block = new byte[300_000];
        for (var left = size; left > 0;)
        {
            var part = (int)Math.Min(left, random.Next(1, block.Length));
            random.NextBytes(block.AsSpan(0, Math.Min(part, 1000)));
            hash.AppendData(block.AsSpan(0, part));
            await stream.WriteAsync(block.AsMemory(0, part), Cancel);
            left -= part;
        }

        await stream.CompleteWritesAsync(Cancel);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task<string> ReceiveAsync(IMuxedStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[100_000];
        while (await stream.ReadAsync(buffer, Cancel) is var read and > 0)
            hash.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
