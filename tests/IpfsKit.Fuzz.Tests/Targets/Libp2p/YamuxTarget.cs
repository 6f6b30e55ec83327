using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>What a dialer sends over yamux. Afterwards the connection holds nothing, whatever it was.</summary>
internal sealed class YamuxTarget : ThrowingTarget
{
    private static readonly YamuxOptions Options = new() { MaxInboundStreams = 8, MaxAcceptBacklog = 8, MaxPings = 8, MaxResets = 8, MaxRefusedStreams = 8 };

    public override string Name => "yamux";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [.. Frame(0, 1, 1, 5), 1, 2, 3, 4, 5, .. Frame(0, 0, 1, 2), 6, 7, .. Frame(1, 4, 1, 0)];
            yield return [.. Frame(1, 1, 1, 0), .. Frame(1, 0, 1, 1 << 20), .. Frame(0, 4, 1, 1), 9, .. Frame(2, 1, 0, 77), .. Frame(2, 2, 0, 5)];
            yield return [.. Frame(1, 1, 3, 0), .. Frame(1, 1, 1, 0), .. Frame(1, 8, 3, 0), .. Frame(0, 0, 3, 3), 1, 2, 3, .. Frame(3, 0, 0, 0)];
            yield return [.. Enumerable.Range(0, 12).SelectMany(i => Frame(1, 1, (uint)((2 * i) + 1), 0))];
        }
    }

    /// <summary>The connection with its loops and timers; a stream and a first segment for each frame that opens one.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * 1024) + (512 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        var memory = new CountingBudget();
        memory.TryReserve(2 * YamuxSendBuffer.SmallBytes, MemoryPriority.Always);
        var connection = new YamuxConnection(new SilentChannel(), memory, Options, TimeProvider.System, NullLogger.Instance);
        Exception? refusal = null;
        try
        {
            var reader = new YamuxFrameReader(connection);
            // In two parts, so that headers and bytes span segments.
            reader.Read(input.Span[..(input.Length / 3)]);
            reader.Read(input.Span[(input.Length / 3)..]);
            reader.Uncork();
        }
        catch (Exception exception) when (IsDeclared(exception))
        {
            refusal = exception;
        }

        connection.Abort();
        connection.Closed.GetAwaiter().GetResult();
        if (memory.Reserved != 0 || connection.StreamCount != 0)
            throw new InvalidOperationException($"{memory.Reserved} bytes and {connection.StreamCount} streams are left.");
        if (refusal is not null)
            throw refusal;
    }

    protected override bool IsDeclared(Exception exception) => exception is YamuxViolationException or ConnectionClosedException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input)
    {
        try
        {
            YamuxHeader.Read(input);
            return true;
        }
        catch (YamuxViolationException)
        {
            return false;
        }
    }

    private static byte[] Frame(byte type, ushort flags, uint streamId, uint length)
    {
        var bytes = new byte[YamuxHeader.Bytes];
        new YamuxHeader((YamuxFrameType)type, (YamuxFlags)flags, streamId, length).Write(bytes);
        return bytes;
    }
}
