using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Hashes what comes from peers: on the thread pool, so that reading from the network goes on, and on so many threads at once as there are processors. What waits is bounded by the budget that its bytes were taken from.</summary>
/// <remarks>Small blocks are delivered some at a time, so that what they make room for is asked for in one message. A worker ends when there is nothing left, and begins with the first block thereafter.</remarks>
internal sealed class BlockVerifier : IThreadPoolWorkItem
{
    private const int BatchBlocks = 32;
    private const int BatchBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<(ClientPeer Peer, ReceivedBlock Block)> _waiting = new();
    private readonly int _mostWorkers;
    private readonly Action<List<VerifiedBlock>> _deliver;
    private TaskCompletionSource? _idle;
    private int _workers;
    private bool _isClosed;

    /// <summary>Makes one.</summary>
    /// <param name="workers">How many blocks are hashed at once.</param>
    /// <param name="deliver">Takes over what was hashed; the list is the verifier's again when it returns. Must not throw.</param>
    public BlockVerifier(int workers, Action<List<VerifiedBlock>> deliver) => (_mostWorkers, _deliver) = (workers, deliver);

    /// <summary>Takes over a block.</summary>
    /// <returns>False if it is too late; the block was dropped then.</returns>
    public bool Add(ClientPeer peer, ReceivedBlock block)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                peer.AddVerifying(1);
                _waiting.Enqueue((peer, block));
                if (_workers < _mostWorkers)
                {
                    _workers++;
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                }

                return true;
            }
        }

        block.Dispose();
        return false;
    }

    /// <summary>Takes nothing more; completes when nothing is being hashed.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_workers == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var batch = new List<VerifiedBlock>();
        while (true)
        {
            var bytes = 0;
            while (batch.Count < BatchBlocks && bytes < BatchBytes && TryTake(mayEnd: batch.Count == 0, out var next))
            {
                var size = next.Block.Buffer.Span.Length;
                bytes += size;
                batch.Add(new VerifiedBlock(next.Peer, Hash(next.Block), next.Block.Buffer, size));
            }

            if (batch.Count == 0)
                return;
            _deliver(batch);
            foreach (var block in batch)
                block.Peer.AddVerifying(-1);
            batch.Clear();
        }
    }

    private bool TryTake(bool mayEnd, out (ClientPeer Peer, ReceivedBlock Block) next)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out next))
                return true;
            if (mayEnd && --_workers == 0 && _isClosed)
                _idle?.TrySetResult();
            return false;
        }
    }

    private static Multihash Hash(in ReceivedBlock block)
    {
        var (hash, length) = (block.Prefix.Hash, block.Prefix.DigestBytes);
        if (!MultihashAlgorithm.IsVerifiable(hash) || hash == Multicodec.Identity)
            return default;
        var full = MultihashAlgorithm.Compute(hash, block.Buffer.Span);
        if (length <= 0 || length == full.DigestLength)
            return full;
        return length < full.DigestLength && length >= MultihashAlgorithm.MinVerifiedDigestBytes ? new Multihash(hash, full.Digest[..length]) : default;
    }
}
