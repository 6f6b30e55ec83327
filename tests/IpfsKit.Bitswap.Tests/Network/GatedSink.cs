using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>Takes blocks, and lets readers go on only when the test says so.</summary>
internal sealed class GatedSink : IMessageSink
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _blocks;

    /// <summary>How many blocks came.</summary>
    public int Blocks => Volatile.Read(ref _blocks);

    public void Open() => _open.TrySetResult();

    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull)
    {
        // Only blocks are held up.
    }

    public async ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _blocks);
        block.Dispose();
        await _open.Task.WaitAsync(cancellationToken);
    }

    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences)
    {
        // Only blocks are held up.
    }
}
