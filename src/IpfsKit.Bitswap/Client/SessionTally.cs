using System.Collections.Frozen;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>What a session has got, and from whom. Guarded by the client's gate.</summary>
/// <param name="mostPeers">How many peers are told apart: they come and go, and a session may last.</param>
internal sealed class SessionTally(int mostPeers)
{
    private const int UnknownBlockBytes = 256 << 10;

    private readonly Dictionary<PeerId, long> _bytesByPeer = [];
    private double _averageBytes;
    private long _duplicateBlocks;
    private long _duplicateBytes;

    /// <summary>Blocks that were wanted and came.</summary>
    public long Blocks { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>How large the next block is expected to be.</summary>
    public int ExpectedBytes => _averageBytes == 0 ? UnknownBlockBytes : Math.Max(1, (int)_averageBytes);

    /// <summary>A wanted block came.</summary>
    public void Add(PeerId peer, int bytes)
    {
        Blocks++;
        Bytes += bytes;
        CountBytes(peer, bytes);
        _averageBytes = _averageBytes == 0 ? bytes : _averageBytes + ((bytes - _averageBytes) / 8);
    }

    /// <summary>A block came once more.</summary>
    public void AddDuplicate(PeerId peer, int bytes)
    {
        _duplicateBlocks++;
        _duplicateBytes += bytes;
        CountBytes(peer, bytes);
    }

    /// <summary>All of it.</summary>
    public SessionStatistics ToStatistics() => new(Blocks, Bytes, _duplicateBlocks, _duplicateBytes, _bytesByPeer.ToFrozenDictionary());

    private void CountBytes(PeerId peer, int bytes)
    {
        if (_bytesByPeer.Count < mostPeers || _bytesByPeer.ContainsKey(peer))
            _bytesByPeer[peer] = _bytesByPeer.GetValueOrDefault(peer) + bytes;
    }
}
