namespace IpfsKit.TestKit.Files;

/// <summary>The bytes of a file in memory.</summary>
internal sealed class FaultContent
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public FaultContent Clone()
    {
        var clone = new FaultContent();
        clone.Write(0, _bytes.AsSpan(0, Length));
        return clone;
    }

    public void Read(long offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        SetLength(Math.Max(Length, offset + source.Length));
        source.CopyTo(_bytes.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Max(length, _bytes.Length * 2L));
        if (length < Length)
            _bytes.AsSpan((int)length, Length - (int)length).Clear();
        Length = (int)length;
    }

    public void Flip(long offset, byte mask) => _bytes[offset] ^= mask;
}
