using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Reads the small parts of a message. What is malformed, or names a block that cannot be asked for, is no entry; the rest of the message counts all the same.</summary>
internal static class EntryReader
{
    /// <summary>Reads an entry of a wantlist: <c>block = 1, priority = 2, cancel = 3, wantType = 4, sendDontHave = 5</c>.</summary>
    public static bool TryReadEntry(ReadOnlySpan<byte> bytes, out WantlistEntry entry)
    {
        entry = default;
        var reader = new ProtoReader(bytes);
        Cid cid = default;
        ulong priority = 0, cancel = 0, kind = 0, sendDontHave = 0;
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field) || !reader.TryTake(field, out var value))
                return false;
            if (field.IsBytes(1))
            {
                if (!TryReadCid(value, out cid))
                    return false;
            }
            else if (field.IsNumber(2))
            {
                priority = field.Value;
            }
            else if (field.IsNumber(3))
            {
                cancel = field.Value;
            }
            else if (field.IsNumber(4))
            {
                kind = field.Value;
            }
            else if (field.IsNumber(5))
            {
                sendDontHave = field.Value;
            }
        }

        if (cid.IsDefault || kind > (ulong)WantKind.Have)
            return false;
        entry = new WantlistEntry(cid, (WantKind)kind, unchecked((int)priority), sendDontHave != 0, cancel != 0);
        return true;
    }

    /// <summary>Reads a presence: <c>cid = 1, type = 2</c>.</summary>
    public static bool TryReadPresence(ReadOnlySpan<byte> bytes, out BlockPresence presence)
    {
        presence = default;
        var reader = new ProtoReader(bytes);
        Cid cid = default;
        ulong type = 0;
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadField(out var field) || !reader.TryTake(field, out var value))
                return false;
            if (field.IsBytes(1))
            {
                if (!TryReadCid(value, out cid))
                    return false;
            }
            else if (field.IsNumber(2))
            {
                type = field.Value;
            }
        }

        if (cid.IsDefault || type > 1)
            return false;
        presence = new BlockPresence(cid, type == 0);
        return true;
    }

    /// <summary>Reads the prefix of a block's CID: <c>version, codec, hash function, length of the digest</c>, each a varint.</summary>
    public static bool TryReadPrefix(ReadOnlySpan<byte> bytes, out CidPrefix prefix)
    {
        prefix = default;
        if (!TryReadVarint(ref bytes, out var version) || version > 1
            || !TryReadVarint(ref bytes, out var codec) || codec > uint.MaxValue
            || !TryReadVarint(ref bytes, out var hash) || hash > uint.MaxValue
            || !TryReadVarint(ref bytes, out var digestBytes) || digestBytes > Multihash.MaxDigestBytes
            || !bytes.IsEmpty)
            return false;
        prefix = new CidPrefix((int)version, (Multicodec)codec, (Multicodec)hash, (int)digestBytes);
        return IsAskable(prefix.Hash, prefix.DigestBytes) && (version == 1 || prefix == CidPrefix.V0);
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        if (!Varint.TryRead(bytes, out value, out var read))
            return false;
        bytes = bytes[read..];
        return true;
    }

    private static bool TryReadCid(ReadOnlySpan<byte> bytes, out Cid cid)
    {
        if (bytes.Length <= BitswapProtocol.MaxCidBytes && Cid.TryRead(bytes, out cid, out var read) && read == bytes.Length && IsAskable(cid.Hash.Code, cid.Hash.DigestLength))
            return true;
        cid = default;
        return false;
    }

    // An identity CID holds its block: nobody has to ask. A short digest proves nothing.
    private static bool IsAskable(Multicodec hash, int digestBytes) => hash != Multicodec.Identity && digestBytes >= MultihashAlgorithm.MinVerifiedDigestBytes;
}
