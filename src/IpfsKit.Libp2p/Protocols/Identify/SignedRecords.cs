using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Signed peer records in identify.</summary>
internal sealed class SignedRecords(PrivateKey key, TimeProvider timeProvider)
{
    public byte[]? Sign(IReadOnlyList<Multiaddr> addresses)
    {
        _ = key;
        _ = timeProvider;
        _ = addresses;
        return null;
    }

    public static bool TryRead(ReadOnlySpan<byte> envelope, PeerId signer, out ulong sequence, [NotNullWhen(true)] out IReadOnlyList<Multiaddr>? addresses)
    {
        (sequence, addresses) = (0, null);
        return false;
    }
}
