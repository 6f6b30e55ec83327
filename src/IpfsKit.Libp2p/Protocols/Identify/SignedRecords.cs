using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Records;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Signed peer records in identify. Thread-safe.</summary>
internal sealed class SignedRecords(PrivateKey key, TimeProvider timeProvider)
{
    /// <summary>The bytes of addresses that a record has room for, so that it fits into one message of identify; the best addresses come first.</summary>
    private const int RoomForAddresses = 3 * 1024;

    private readonly Lock _lock = new();
    private PeerRecord? _last;

    /// <summary>A record of the host's addresses; the same one until they change. Null if there are none.</summary>
    public byte[]? Sign(IReadOnlyList<Multiaddr> addresses)
    {
        var room = RoomForAddresses;
        addresses = [.. addresses.TakeWhile(address => (room -= address.Bytes.Length) >= 0)];
        if (addresses.Count == 0)
            return null;
        lock (_lock)
        {
            if (_last is null || !_last.Addresses.SequenceEqual(addresses))
            {
                // The time in nanoseconds, as go-libp2p has it: it grows over restarts too. Never the same number twice.
                var now = (ulong)(timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
                _last = PeerRecord.Seal(key, Math.Max(now, (_last?.Sequence ?? 0) + 1), addresses);
            }

            return _last.Envelope.Encoded.ToArray();
        }
    }

    /// <summary>Reads a record; false if it is none, or was not signed by the peer that sent it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> envelope, PeerId signer, out ulong sequence, [NotNullWhen(true)] out IReadOnlyList<Multiaddr>? addresses)
    {
        (sequence, addresses) = (0, null);
        try
        {
            var record = PeerRecord.Open(envelope);
            if (record.PeerId != signer)
                return false;
            (sequence, addresses) = (record.Sequence, record.Addresses);
            return true;
        }
        catch (RecordException)
        {
            return false;
        }
    }
}
