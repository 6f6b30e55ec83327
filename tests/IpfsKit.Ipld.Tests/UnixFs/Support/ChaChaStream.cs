using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>
/// The reproducible bytes of IPIP-499's vectors: the ChaCha20 key stream of the key SHA-256(seed) and a nonce of zeros, as Kubo's test
/// utility makes them.
/// </summary>
internal sealed class ChaChaStream : Stream
{
    private static readonly byte[] Zeros = new byte[1 << 16];
    private readonly ChaCha7539Engine _cipher = new();
    private readonly byte[] _chunk = new byte[Zeros.Length];
    private long _remaining;

    public ChaChaStream(string seed, long length)
    {
        _cipher.Init(true, new ParametersWithIV(new KeyParameter(SHA256.HashData(Encoding.UTF8.GetBytes(seed))), new byte[12]));
        _remaining = length;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(Math.Min(buffer.Length, Zeros.Length), _remaining);
        _cipher.ProcessBytes(Zeros, 0, count, _chunk, 0);
        _chunk.AsSpan(0, count).CopyTo(buffer);
        _remaining -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
