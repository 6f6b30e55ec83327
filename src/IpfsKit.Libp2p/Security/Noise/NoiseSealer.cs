using System.Buffers.Binary;
using static IpfsKit.Libp2p.Security.Noise.NoiseConstants;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>Seals frames in place: the length, big-endian, before, and the tag behind.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/noise/README.md#wire-format"/>.</remarks>
internal sealed class NoiseSealer(NoiseCipher cipher) : IFrameSealer, IDisposable
{
    public int PrefixBytes => LengthBytes;

    public int SuffixBytes => TagBytes;

    public int MaxPlainBytes => NoiseConstants.MaxPlainBytes;

    public void Seal(Span<byte> frame)
    {
        var plainBytes = frame.Length - LengthBytes - TagBytes;
        if (plainBytes is < 0 or > NoiseConstants.MaxPlainBytes)
            throw new ArgumentOutOfRangeException(nameof(frame), frame.Length, $"A frame has {LengthBytes + TagBytes} to {LengthBytes + MaxMessageBytes} bytes.");
        try
        {
            var plain = frame.Slice(LengthBytes, plainBytes);
            cipher.Encrypt(plain, plain, frame[(LengthBytes + plainBytes)..], []);
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(plainBytes + TagBytes));
        }
        catch (Exception e) when (e is NoiseNonceExhaustedException or ObjectDisposedException)
        {
            throw new ConnectionClosedException(e is ObjectDisposedException ? "The connection is closed." : e.Message, e);
        }
    }

    public void Dispose() => cipher.Dispose();
}
