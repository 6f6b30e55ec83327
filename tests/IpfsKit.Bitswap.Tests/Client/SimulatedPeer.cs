using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>A peer behind a link of its own, which answers as a server does unless it is told otherwise. Runs on the network's clock.</summary>
internal sealed class SimulatedPeer(SimulatedNetwork network, int number, BitswapVersion version = BitswapVersion.V120)
{
    private readonly Dictionary<Multihash, Block> _blocks = [];
    private readonly List<Multihash> _sending = [];
    private readonly Queue<(bool IsFull, WantlistEntry[] Entries)> _unread = new();
    private bool _isBusy;
    private bool _isPaused;

    public PeerId Id { get; } = PeerId.FromPublicKey([8, 1, 18, 32, .. BitConverter.GetBytes(number), .. new byte[28]]);

    public PeerInfo Info => new(Id);

    public bool IsNear { get; init; } = true;

    public BitswapPeer Peer => new(Id, version, IsNear);

    /// <summary>One way.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(20);

    public double BytesPerSecond { get; set; } = 8 << 20;

    /// <summary>Up to which size it sends a block when it is asked whether it has it.</summary>
    public int InlineBytes { get; set; }

    /// <summary>Whether nothing is ever answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether it says that it has what it has not.</summary>
    public bool Lies { get; set; }

    /// <summary>Which blocks it says it has, but does not send.</summary>
    public Func<Multihash, bool> Withholds { get; set; } = static _ => false;

    /// <summary>Whether it sends bytes that are not the block's.</summary>
    public bool Corrupts { get; set; }

    /// <summary>Whether connecting to it fails.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Whether sending to it fails.</summary>
    public bool RefusesMessages { get; set; }

    /// <summary>With what connecting and sending to it fails, as neither ever should.</summary>
    public Exception? Breaks { get; set; }

    /// <summary>Every message that it got.</summary>
    public List<(bool IsFull, WantlistEntry[] Entries)> Messages { get; } = [];

    /// <summary>What it is wanted to send or to know, as far as it was told.</summary>
    public Dictionary<Multihash, WantlistEntry> Wantlist { get; } = [];

    public long BlocksSent { get; private set; }

    public IEnumerable<WantlistEntry> Entries => Messages.SelectMany(static message => message.Entries);

    public SimulatedPeer With(params IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
            _blocks[block.Cid.Hash] = block;
        return this;
    }

    /// <summary>The connection has ended, or it has lost its memory.</summary>
    public void Forget()
    {
        _unread.Clear();
        Wantlist.Clear();
        _sending.Clear();
    }

    /// <summary>It does nothing at all, as a process that is stopped: what comes is read when it goes on.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>It goes on where it was.</summary>
    public void Resume()
    {
        _isPaused = false;
        while (_unread.TryDequeue(out var message))
            Read(message.IsFull, message.Entries);
        if (!_isBusy)
            SendNext();
    }

    public void Get(bool isFull, WantlistEntry[] entries)
    {
        if (_isPaused)
            _unread.Enqueue((isFull, entries));
        else
            Read(isFull, entries);
    }

    /// <summary>Sends bytes that may have been asked for or not.</summary>
    public void Send(Block block) => network.Deliver(this, block.Data.ToArray(), new CidPrefix(1, block.Cid.Codec, block.Cid.Hash.Code, 32));

    /// <summary>Says something.</summary>
    public void Say(Cid cid, bool isHere) => network.Say(this, [new BlockPresence(cid, isHere)]);

    private void Read(bool isFull, WantlistEntry[] entries)
    {
        Messages.Add((isFull, entries));
        if (isFull)
            Wantlist.Clear();
        foreach (var entry in entries)
        {
            if (entry.IsCancel)
            {
                Wantlist.Remove(entry.Cid.Hash);
                _sending.Remove(entry.Cid.Hash);
            }
            else
            {
                Wantlist[entry.Cid.Hash] = entry;
                Answer(entry);
            }
        }
    }

    private void Answer(in WantlistEntry entry)
    {
        if (IsSilent)
            return;
        var key = entry.Cid.Hash;
        var has = _blocks.ContainsKey(key);
        if (has && entry.Kind == WantKind.Have && _blocks[key].Size <= InlineBytes)
            Enqueue(key);
        else if (entry.Kind == WantKind.Have && (has || Lies))
            Say(entry.Cid, true);
        else if (entry.Kind == WantKind.Block && has && !Withholds(key))
            Enqueue(key);
        else if (!has && !Lies && entry.SendDontHave)
            Say(entry.Cid, false);
    }

    private void Enqueue(Multihash key)
    {
        // What is asked for once more before it is sent is sent once.
        if (_sending.Contains(key))
            return;
        _sending.Add(key);
        if (!_isBusy)
            SendNext();
    }

    private void SendNext()
    {
        if (_sending.Count == 0 || _isPaused)
            return;
        _isBusy = true;
        var key = _sending[0];
        _sending.RemoveAt(0);
        var block = _blocks[key];
        network.After(TimeSpan.FromSeconds(block.Size / BytesPerSecond), () =>
        {
            _isBusy = false;
            if (!network.IsConnected(this))
                return;
            BlocksSent++;
            Wantlist.Remove(key);
            var bytes = block.Data.ToArray();
            if (Corrupts)
                bytes[^1] ^= 1;
            network.Deliver(this, bytes, version.HasPrefixes() ? new CidPrefix(1, block.Cid.Codec, block.Cid.Hash.Code, 32) : CidPrefix.V0);
            SendNext();
        });
    }
}
