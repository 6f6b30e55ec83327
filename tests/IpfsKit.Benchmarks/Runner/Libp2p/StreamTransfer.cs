using System.Diagnostics;
using System.Security.Cryptography;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Muxing;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Bytes through the streams of a connection.</summary>
internal static class StreamTransfer
{
    /// <summary>The size of a write, and of the buffer of a read.</summary>
    public const int WriteBytes = 256 << 10;

    private static readonly byte[] Source = RandomNumberGenerator.GetBytes(WriteBytes);

    /// <summary>Moves that many bytes through new streams, the same share through each at once; GiB/s from the first open to the last byte read.</summary>
    public static async Task<double> MeasureAsync(MuxedPair pair, int streams, long bytes)
    {
        var share = bytes / streams;
        var start = Stopwatch.GetTimestamp();
        var receiving = Task.Run(() => ReceiveAllAsync(pair.Listener, streams, share));
        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => SendAsync(pair.Dialer, share))));
        await receiving;
        return Stopwatches.GiBPerSecond(share * streams, start);
    }

    /// <summary>Writes to the end.</summary>
    public static async Task SendAsync(IMuxedStream stream, long bytes)
    {
        for (var left = bytes; left > 0; left -= WriteBytes)
            await stream.WriteAsync(Source.AsMemory(0, (int)Math.Min(left, WriteBytes)));
        await stream.CompleteWritesAsync();
    }

    /// <summary>Reads to the end.</summary>
    /// <exception cref="InvalidDataException">There were more bytes or fewer.</exception>
    public static async Task ReceiveAsync(IMuxedStream stream, long bytes)
    {
        var buffer = new byte[WriteBytes];
        var left = bytes;
        while (await stream.ReadAsync(buffer) is > 0 and var read)
            left -= read;
        if (left != 0)
            throw new InvalidDataException($"{bytes - left} bytes came instead of {bytes}.");
    }

    private static async Task SendAsync(IMuxedConnection connection, long bytes)
    {
        await using var stream = await connection.OpenStreamAsync(CancellationToken.None);
        await SendAsync(stream, bytes);
        // The other side ends its direction when it has everything.
        await ReceiveAsync(stream, 0);
    }

    private static async Task ReceiveAllAsync(IMuxedConnection connection, int streams, long bytes)
    {
        var receiving = new List<Task>();
        for (var i = 0; i < streams; i++)
        {
            var stream = await connection.AcceptStreamAsync(CancellationToken.None) ?? throw new InvalidDataException("The connection has ended.");
            receiving.Add(Task.Run(async () =>
            {
                await using (stream)
                {
                    await ReceiveAsync(stream, bytes);
                    await stream.CompleteWritesAsync();
                }
            }));
        }

        await Task.WhenAll(receiving);
    }
}
