using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace IpfsKit.Multiformats;

/// <summary>Computes and checks multihashes.</summary>
/// <remarks>
/// The functions are those that boxo accepts (<see href="https://github.com/ipfs/boxo/blob/main/verifcid/allowlist.go"/>) and the
/// rest of the sha2 family. sha1, sha2 and, where the platform has it, sha3 come from .NET and allocate nothing for digests of
/// up to 32 bytes; blake2, blake3, keccak, shake and truncated sha2-512 come from BouncyCastle and allocate their state, less than 2 KiB, for each call.
/// </remarks>
public static class MultihashAlgorithm
{
    /// <summary>The shortest digest that verifies anything, in bytes; boxo's limit. Identity hashes are exempt: they are their data.</summary>
    public const int MinVerifiedDigestBytes = 20;

    private const int MaxComputedBytes = 64;

    /// <summary>Whether this build can compute the function.</summary>
    public static bool IsSupported(Multicodec code) => GetDigestLength(code) != 0 || code == Multicodec.Identity;

    /// <summary>Whether digests of this function prove anything: it is supported and cryptographic.</summary>
    public static bool IsVerifiable(Multicodec code) => code != Multicodec.Murmur3X64_64 && IsSupported(code);

    /// <summary>Hashes <paramref name="data"/>; allocates nothing for sha2-256.</summary>
    /// <exception cref="UnsupportedHashException">The function is not supported.</exception>
    /// <exception cref="ArgumentException">An identity hash of more than <see cref="Multihash.MaxDigestBytes"/> bytes.</exception>
    public static Multihash Compute(Multicodec code, ReadOnlySpan<byte> data)
    {
        if (code == Multicodec.Identity)
            return new Multihash(code, data);
        Span<byte> digest = stackalloc byte[MaxComputedBytes];
        digest = digest[..GetDigestLength(code)];
        ComputeDigest(code, data, digest);
        return new Multihash(code, digest);
    }

    /// <summary>Whether <paramref name="data"/> hashes to <paramref name="expected"/>; a truncated digest compares its own length.</summary>
    /// <exception cref="UnsupportedHashException">
    /// The function is not supported or not cryptographic, or the digest is shorter than <see cref="MinVerifiedDigestBytes"/>.
    /// </exception>
    public static bool Verify(in Multihash expected, ReadOnlySpan<byte> data)
    {
        ThrowIfNotVerifiable(expected);
        var digest = expected.Digest;
        if (expected.IsIdentity)
            return digest.SequenceEqual(data);
        Span<byte> actual = stackalloc byte[Multihash.MaxDigestBytes];
        actual = actual[..(IsExtendable(expected.Code) ? digest.Length : GetDigestLength(expected.Code))];
        if (digest.Length > actual.Length)
            return false;
        ComputeDigest(expected.Code, data, actual);
        return actual[..digest.Length].SequenceEqual(digest);
    }

    /// <summary>Returns if data can be checked against <paramref name="multihash"/>.</summary>
    /// <exception cref="UnsupportedHashException">
    /// The function is not supported or not cryptographic, or the digest is shorter than <see cref="MinVerifiedDigestBytes"/>.
    /// </exception>
    public static void ThrowIfNotVerifiable(in Multihash multihash)
    {
        if (!IsVerifiable(multihash.Code))
            throw new UnsupportedHashException(multihash.Code);
        if (multihash.DigestLength < MinVerifiedDigestBytes && !multihash.IsIdentity)
            throw new UnsupportedHashException(multihash.Code, multihash.DigestLength);
    }

    /// <summary>The usual digest length in bytes, at most <see cref="MaxComputedBytes"/>; 0 if not supported, and for identity.</summary>
    private static int GetDigestLength(Multicodec code) => code switch
    {
        Multicodec.Murmur3X64_64 => 8,
        Multicodec.Sha1 => 20,
        Multicodec.Sha2_224 or Multicodec.Sha2_512_224 or Multicodec.Sha3_224 or Multicodec.Keccak224 => 28,
        Multicodec.Sha2_256 or Multicodec.DblSha2_256 or Multicodec.Sha2_512_256 or Multicodec.Sha3_256 or Multicodec.Keccak256
            or Multicodec.Blake3 => 32,
        Multicodec.Sha2_384 or Multicodec.Sha3_384 or Multicodec.Keccak384 => 48,
        Multicodec.Sha2_512 or Multicodec.Sha3_512 or Multicodec.Keccak512 or Multicodec.Shake256 => 64,
        >= Multicodec.Blake2b_160 and <= Multicodec.Blake2b_512 => (int)(code - Multicodec.Blake2b_8) + 1,
        >= Multicodec.Blake2s_160 and <= Multicodec.Blake2s_256 => (int)(code - Multicodec.Blake2s_8) + 1,
        _ => 0,
    };

    private static bool IsExtendable(Multicodec code) => code is Multicodec.Blake3 or Multicodec.Shake256;

    /// <summary>Fills <paramref name="destination"/>, whose length is the function's, or any for an extendable one.</summary>
    private static void ComputeDigest(Multicodec code, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        switch (code)
        {
            case Multicodec.Sha2_256:
                SHA256.HashData(data, destination);
                break;
            case Multicodec.DblSha2_256:
                SHA256.HashData(data, destination);
                SHA256.HashData(destination, destination);
                break;
            case Multicodec.Sha2_384:
                SHA384.HashData(data, destination);
                break;
            case Multicodec.Sha2_512:
                SHA512.HashData(data, destination);
                break;
            case Multicodec.Sha1:
#pragma warning disable CA5350 // named by the multihash; git objects use it
                SHA1.HashData(data, destination);
#pragma warning restore CA5350
                break;
            case Multicodec.Sha3_256 when SHA3_256.IsSupported:
                SHA3_256.HashData(data, destination);
                break;
            case Multicodec.Sha3_384 when SHA3_384.IsSupported:
                SHA3_384.HashData(data, destination);
                break;
            case Multicodec.Sha3_512 when SHA3_512.IsSupported:
                SHA3_512.HashData(data, destination);
                break;
            case Multicodec.Murmur3X64_64:
                BinaryPrimitives.WriteUInt64BigEndian(destination, Murmur3.HashX64To64(data));
                break;
            default:
                var digest = CreateDigest(code, destination.Length);
                digest.BlockUpdate(data);
                if (digest is IXof extendable)
                    extendable.OutputFinal(destination);
                else
                    digest.DoFinal(destination);
                break;
        }
    }

    private static IDigest CreateDigest(Multicodec code, int length) => code switch
    {
        Multicodec.Sha2_224 => new Sha224Digest(),
        Multicodec.Sha2_512_224 or Multicodec.Sha2_512_256 => new Sha512tDigest(length * 8),
        Multicodec.Sha3_224 or Multicodec.Sha3_256 or Multicodec.Sha3_384 or Multicodec.Sha3_512 => new Sha3Digest(length * 8),
        Multicodec.Keccak224 or Multicodec.Keccak256 or Multicodec.Keccak384 or Multicodec.Keccak512 => new KeccakDigest(length * 8),
        Multicodec.Shake256 => new ShakeDigest(256),
        Multicodec.Blake3 => new Blake3Digest(),
        >= Multicodec.Blake2b_160 and <= Multicodec.Blake2b_512 => new Blake2bDigest(length * 8),
        >= Multicodec.Blake2s_160 and <= Multicodec.Blake2s_256 => new Blake2sDigest(length * 8),
        _ => throw new UnsupportedHashException(code),
    };
}
