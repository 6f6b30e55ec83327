using System.Security.Cryptography;
using Google.Protobuf;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers.Wire;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The file in which a peer store is kept.</summary>
/// <remarks>
/// <code>
/// "IPFSKIT-PEERS-1\n" | (length: varint | StoredPeer)* | SHA-256 of all before
/// </code>
/// Peers stand in the order in which they were seen. The file is replaced whole: written beside its place, synced, renamed, and the directory synced; so there is the old one or the new one. What cannot be read is put
/// aside as <c>.damaged</c>, and the store begins empty: everything in it can be learnt again.
/// </remarks>
internal static class PeerStoreFile
{
    /// <summary>The most bytes that one peer takes.</summary>
    public const int MaxPeerBytes = 1 << 20;

    private const int HashBytes = 32;
    private const int EntriesPerLock = 256;
    private static readonly byte[] Magic = "IPFSKIT-PEERS-1\n"u8.ToArray();

    /// <summary>Fills a store.</summary>
    /// <returns>False if the file is damaged; it was put aside. True too if there is none.</returns>
    /// <exception cref="IOException">The file is there and cannot be read or put aside.</exception>
    public static bool TryLoad(string path, PeerStore store, DateTimeOffset now)
    {
        if (!File.Exists(path))
            return true;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10);
            var length = Verify(file);
            file.Position = Magic.Length;
            while (file.Position < length)
                Restore(store, ReadPeer(file, length), now);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or InvalidProtocolBufferException)
        {
            File.Move(path, path + ".damaged", overwrite: true);
            return false;
        }
    }

    /// <summary>Writes a store. The store can be used meanwhile.</summary>
    /// <exception cref="IOException">The file cannot be written; the one that was there is still.</exception>
    public static void Save(string path, PeerStore store)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var temporary = path + ".new";
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 64 << 10))
        {
            Append(Magic);
            var messages = new List<byte[]>(EntriesPerLock);
            Span<byte> prefix = stackalloc byte[Varint.MaxBytes];
            foreach (var entries in store.Snapshot().Chunk(EntriesPerLock))
            {
                messages.Clear();
                store.Locked(() => messages.AddRange(entries.Select(entry => ToMessage(store, entry).ToByteArray())));
                foreach (var message in messages.Where(message => message.Length <= MaxPeerBytes))
                {
                    Append(prefix[..Varint.Write(prefix, (ulong)message.Length)]);
                    Append(message);
                }
            }

            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);

            void Append(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                file.Write(bytes);
            }
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Sync(directory);
    }

    /// <summary>Checks the whole file.</summary>
    /// <returns>Where the peers end.</returns>
    private static long Verify(FileStream file)
    {
        var length = file.Length - HashBytes;
        if (length < Magic.Length)
            throw new InvalidDataException("The file is too short.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        for (var left = length; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (left == length && !buffer.AsSpan(0, read).StartsWith(Magic))
                throw new InvalidDataException("The file is of another kind.");
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        Span<byte> stored = stackalloc byte[HashBytes];
        file.ReadExactly(stored);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(stored))
            throw new InvalidDataException("The checksum is wrong.");
        return length;
    }

    private static StoredPeer ReadPeer(FileStream file, long end)
    {
        Span<byte> prefix = stackalloc byte[Varint.MaxBytes];
        var read = 0;
        ulong length;
        do
        {
            if (read == prefix.Length || file.ReadByte() is not (>= 0 and var next))
                throw new InvalidDataException("A length is damaged.");
            prefix[read++] = (byte)next;
        }
        while (!Varint.TryRead(prefix[..read], out length, out _));

        if (length > MaxPeerBytes || (long)length > end - file.Position)
            throw new InvalidDataException($"A peer of {length} bytes does not fit.");
        var message = new byte[length];
        file.ReadExactly(message);
        return StoredPeer.Parser.ParseFrom(message);
    }

    private static StoredPeer ToMessage(PeerStore store, PeerEntry entry)
    {
        var message = new StoredPeer
        {
            PeerId = ByteString.CopyFrom(entry.Peer.Bytes),
            Latency = (long)(entry.Latency?.TotalMicroseconds ?? 0),
            AgentVersion = entry.AgentVersion ?? "",
            Sequence = entry.Sequence,
        };
        // A process that is killed does not see its connections end.
        message.Addresses.AddRange(entry.Addresses.All.Select(item => new StoredAddress
        {
            Address = ByteString.CopyFrom(item.Address.Bytes),
            Expires = item.Expires == DateTimeOffset.MaxValue ? 0 : store.ExpiryAfterDisconnect(entry, item.Expires).ToUnixTimeMilliseconds(),
            Certified = item.IsCertified,
        }));
        message.Protocols.AddRange(entry.Protocols);
        foreach (var (name, value) in entry.Metadata)
            message.Metadata.Add(name, ByteString.CopyFrom(value.Span));
        // Keys that are part of the peer id need no place of their own.
        if (entry.Key is { } key && !PublicKey.TryExtract(entry.Peer, out _))
            message.Key = ByteString.CopyFrom(key.Encoded.Span);
        if (entry.SignedRecord is { } record)
            message.SignedRecord = ByteString.CopyFrom(record.Span);
        return message;
    }

    private static void Restore(PeerStore store, StoredPeer stored, DateTimeOffset now)
    {
        var peer = PeerId.FromBytes(stored.PeerId.Span);
        var live = stored.Addresses
            .Select(item => (Address: Multiaddr.FromBytes(item.Address.Span), item.Certified, Lifetime: item.Expires == 0 ? Timeout.InfiniteTimeSpan : DateTimeOffset.FromUnixTimeMilliseconds(item.Expires) - now))
            .Where(item => item.Lifetime == Timeout.InfiniteTimeSpan || item.Lifetime > TimeSpan.Zero)
            .ToArray();
        // Before the record, which leaves those that were given to stay.
        foreach (var item in live.Where(item => !item.Certified || item.Lifetime == Timeout.InfiniteTimeSpan))
            store.AddAddresses(peer, [item.Address], item.Lifetime);
        if (!stored.SignedRecord.IsEmpty)
        {
            var certified = live.Where(item => item.Certified).ToArray();
            var lifetime = certified.Length > 0 ? certified.Max(item => item.Lifetime) : TimeSpan.Zero;
            store.RestoreRecord(peer, stored.Sequence, certified.Select(item => item.Address), stored.SignedRecord.Memory, lifetime);
        }

        foreach (var (name, value) in stored.Metadata)
            store.TrySetMetadata(peer, name, value.Memory);
        store.SetIdentity(
            peer, stored.Key.IsEmpty ? null : PublicKey.Decode(stored.Key.Span), stored.AgentVersion.Length > 0 ? stored.AgentVersion : null, stored.Protocols);
        if (stored.Latency > 0)
            store.Write(peer, entry => entry.RestoreLatency(TimeSpan.FromMicroseconds(stored.Latency)));
    }
}
