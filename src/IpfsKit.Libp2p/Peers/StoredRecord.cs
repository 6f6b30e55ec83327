using IpfsKit.Libp2p.Records;

namespace IpfsKit.Libp2p.Peers;

/// <summary>Checks signed records that came from the peer store's file.</summary>
/// <remarks>
/// The file has a checksum, which tells damage, and not somebody who writes another file. A record says that the peer itself named these addresses, and may be passed on to others, so its signature is checked again: when
/// the record or the addresses are first asked for, since a hundred thousand of them would take seconds at the start.
/// </remarks>
internal static class StoredRecord
{
    /// <summary>Whether a record is what the peer has signed; what it does not name is taken off the signed addresses.</summary>
    public static bool Check(PeerEntry entry)
    {
        try
        {
            var record = PeerRecord.Open(entry.SignedRecord!.Value.Span);
            if (record.PeerId != entry.Peer || record.Sequence != entry.Sequence)
                return false;
            entry.Addresses.KeepCertified([.. PeerAddresses.Bare(entry.Peer, record.Addresses)]);
            return true;
        }
        catch (RecordException)
        {
            return false;
        }
    }
}
