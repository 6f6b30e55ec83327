using System.Security.Cryptography;

namespace IpfsKit.Multiformats;

/// <summary>Computes and checks multihashes.</summary>
public static class MultihashAlgorithm
{
    /// <summary>Whether this build can compute the function.</summary>
    public static bool IsSupported(Multicodec code) => code is Multicodec.Identity or Multicodec.Sha2_256 or Multicodec.Sha2_512;

    /// <summary>Hashes <paramref name="data"/>; allocates nothing for sha2-256.</summary>
    /// <exception cref="UnsupportedHashException">The function is not supported.</exception>
    /// <exception cref="ArgumentException">An identity hash of more than <see cref="Multihash.MaxDigestBytes"/> bytes.</exception>
    public static Multihash Compute(Multicodec code, ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[64];
        switch (code)
        {
            case Multicodec.Identity:
                return new Multihash(code, data);
            case Multicodec.Sha2_256:
                return new Multihash(code, digest[..SHA256.HashData(data, digest)]);
            case Multicodec.Sha2_512:
                return new Multihash(code, digest[..SHA512.HashData(data, digest)]);
            default:
                throw new UnsupportedHashException(code);
        }
    }

    /// <summary>Whether <paramref name="data"/> hashes to <paramref name="expected"/>; a truncated digest compares its own length.</summary>
    /// <exception cref="UnsupportedHashException">The function is not supported.</exception>
    public static bool Verify(in Multihash expected, ReadOnlySpan<byte> data)
    {
        if (expected.Code == Multicodec.Identity)
            return expected.Digest.SequenceEqual(data);
        var actual = Compute(expected.Code, data);
        return expected.DigestLength <= actual.DigestLength
            && actual.Digest[..expected.DigestLength].SequenceEqual(expected.Digest);
    }
}
