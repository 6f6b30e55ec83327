using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Messages;

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingSink : IMessageSink
{
    public List<(IReadOnlyList<WantlistEntry> Entries, bool IsFull)> Wantlists { get; } = [];

    public List<(CidPrefix Prefix, byte[] Data)> Blocks { get; } = [];

    public List<IReadOnlyList<BlockPresence>> Presences { get; } = [];

    /// <summary>What blocks wait for.</summary>
    public Func<Task> OnBlock { get; set; } = () => Task.CompletedTask;

    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull) => Wantlists.Add(([.. entries], isFull));

    public async ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        using (block)
            Blocks.Add((block.Prefix, block.Buffer.Memory.ToArray()));
        await OnBlock();
    }

    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences) => Presences.Add([.. presences]);
}
