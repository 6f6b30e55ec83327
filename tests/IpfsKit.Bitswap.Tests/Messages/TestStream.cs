using System.Buffers;
using System.IO.Pipelines;
using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>A stream of which the other side is the test: it gives what is read, in pieces of its choice, and keeps what is written.</summary>
internal sealed class TestStream : IMuxedStream
{
    private readonly Pipe _incoming = new(new PipeOptions(pauseWriterThreshold: 0));

    public MemoryStream Written { get; } = new();

    /// <summary>The most bytes that one read gives.</summary>
    public int MostPerRead { get; init; } = int.MaxValue;

    public bool HasEnded { get; private set; }

    public long Id => 1;

    public ConnectionDirection Direction => ConnectionDirection.Inbound;

    public static TestStream Of(ReadOnlySpan<byte> bytes, int mostPerRead = int.MaxValue)
    {
        var stream = new TestStream { MostPerRead = mostPerRead };
        stream.Send(bytes);
        stream.End();
        return stream;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        // There is no bound, so that nothing is ever waited for.
        _incoming.Writer.Write(bytes);
        _incoming.Writer.FlushAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public void End() => _incoming.Writer.Complete();

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await _incoming.Reader.ReadAsync(cancellationToken);
        var part = result.Buffer.Slice(0, Math.Min(Math.Min(result.Buffer.Length, buffer.Length), MostPerRead));
        foreach (var segment in part)
        {
            segment.CopyTo(buffer);
            buffer = buffer[segment.Length..];
        }

        var read = (int)part.Length;
        _incoming.Reader.AdvanceTo(part.End);
        return read;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Written.WriteAsync(buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        HasEnded = true;
        return default;
    }

    public void Reset() => HasEnded = true;

    public ValueTask DisposeAsync()
    {
        Reset();
        return default;
    }
}
