using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>The floor of a stream over Noise: frames of the greatest length, four to a send, and nothing above them.</summary>
/// <remarks>Written for this alone and without our transport: sealed from a source into the send buffer, opened where it was received, no copy and no allocation.</remarks>
internal static class BareNoise
{
    private const int LengthBytes = 2;
    private const int TagBytes = 16;
    private const int PlainBytes = ushort.MaxValue - TagBytes;
    private const int FrameBytes = LengthBytes + PlainBytes + TagBytes;
    private const int FramesOfASend = 4;
    private const int ReceiveBytes = 512 << 10;

    /// <summary>Moves about that many plain bytes; GiB/s.</summary>
    public static async Task<double> MeasureAsync(long bytes)
    {
        using var sockets = await LoopbackSockets.ConnectAsync();
        var key = RandomNumberGenerator.GetBytes(32);
        var frames = Math.Max(1, bytes / (FramesOfASend * (long)PlainBytes)) * FramesOfASend;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Task.Run(() => SendAsync(sockets.Dialer, key, frames)), Task.Run(() => ReceiveAsync(sockets.Listener, key, frames)));
        return Stopwatches.GiBPerSecond(frames * PlainBytes, start);
    }

    private static async Task SendAsync(Socket socket, byte[] key, long frames)
    {
        using var cipher = new ChaCha20Poly1305(key);
        var source = RandomNumberGenerator.GetBytes(PlainBytes);
        var buffer = new byte[FramesOfASend * FrameBytes];
        for (long frame = 0; frame < frames;)
        {
            for (var i = 0; i < FramesOfASend; i++)
                Seal(cipher, frame++, source, buffer.AsSpan(i * FrameBytes, FrameBytes));
            for (var rest = buffer.AsMemory(); !rest.IsEmpty;)
                rest = rest[await socket.SendAsync(rest)..];
        }
    }

    private static async Task ReceiveAsync(Socket socket, byte[] key, long frames)
    {
        using var cipher = new ChaCha20Poly1305(key);
        var buffer = new byte[ReceiveBytes];
        var end = 0;
        for (long frame = 0; frame < frames;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(end));
            if (read == 0)
                throw new InvalidDataException($"{frame} of {frames} frames came.");
            end += read;
            var start = 0;
            for (; end - start >= FrameBytes; start += FrameBytes)
                Open(cipher, frame++, buffer.AsSpan(start, FrameBytes));
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
        }
    }

    private static void Seal(ChaCha20Poly1305 cipher, long number, ReadOnlySpan<byte> plain, Span<byte> frame)
    {
        Span<byte> nonce = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(nonce[4..], number);
        BinaryPrimitives.WriteUInt16BigEndian(frame, ushort.MaxValue);
        cipher.Encrypt(nonce, plain, frame.Slice(LengthBytes, PlainBytes), frame[^TagBytes..]);
    }

    private static void Open(ChaCha20Poly1305 cipher, long number, Span<byte> frame)
    {
        Span<byte> nonce = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(nonce[4..], number);
        var body = frame.Slice(LengthBytes, PlainBytes);
        cipher.Decrypt(nonce, body, frame[^TagBytes..], body);
    }
}
