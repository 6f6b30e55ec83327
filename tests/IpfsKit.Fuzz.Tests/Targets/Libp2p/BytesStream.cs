using IpfsKit.Libp2p;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A stream on which the input comes, in two parts, and then the end.</summary>
internal sealed class BytesStream(ReadOnlyMemory<byte> input) : IMuxedStream
{
    private readonly int _break = input.Length / 3;
    private int _at;

    public long Id => 1;

    public ConnectionDirection Direction => ConnectionDirection.Outbound;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = Math.Min(buffer.Length, (_at < _break ? _break : input.Length) - _at);
        input.Slice(_at, read).CopyTo(buffer);
        _at += read;
        return ValueTask.FromResult(read);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public void Reset()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
