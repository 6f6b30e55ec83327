using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Writes what was fetched to the store, behind the backs of those who waited for it: whatever has gathered while a batch is written is the next. Thread-safe.</summary>
/// <remarks>A second batch begins beside the first when it is large, so that its bytes are on their way while the first waits for the disk. What is not stored yet can be read from here.</remarks>
internal sealed class StoreBehind(IBlockStore store, ByteBudget budget, Action<IReadOnlyList<Block>> stored)
{
    private const int BatchBlocks = 4096;
    private const long BatchBytes = 16 << 20;
    private const long LargeBatchBytes = 4 << 20;
    private const int MostWriters = 2;

    private readonly Lock _lock = new();
    private readonly Queue<Item> _waiting = new();
    private readonly Dictionary<Multihash, Block> _unstored = [];
    private readonly List<(long Until, TaskCompletionSource Done)> _flushes = [];
    private readonly List<long> _inFlight = [];
    private int _writers;
    private long _waitingBytes;
    private long _added;
    private long _taken;

    /// <summary>Takes over a reference to a verified block, whose bytes were taken from the budget.</summary>
    /// <param name="block">The block.</param>
    /// <param name="sessions">Who fetched it: they fail if it cannot be stored.</param>
    public void Add(Block block, IReadOnlyList<BitswapSession> sessions)
    {
        lock (_lock)
        {
            _added++;
            _waiting.Enqueue(new Item(block, sessions));
            _waitingBytes += block.Size;
            _unstored.TryAdd(block.Cid.Hash, block);
            if (_writers >= MostWriters || (_writers > 0 && _waitingBytes < LargeBatchBytes))
                return;
            _writers++;
        }

        _ = WriteAllAsync();
    }

    /// <summary>A reference to a block that is not stored yet, named as it is asked for; null if there is none.</summary>
    public Block? TryGet(in Cid cid)
    {
        lock (_lock)
            return _unstored.TryGetValue(cid.Hash, out var block) ? RenamedBlock.Of(block, cid) : null;
    }

    /// <summary>Completes when everything that was added so far is stored, or could not be.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && _inFlight.Count == 0)
                return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((_added, done));
            return done.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes batches until nothing waits. Never throws: what fails is told to the sessions.</summary>
    private async Task WriteAllAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var batch = new List<Item>();
        var blocks = new List<Block>();
        var first = -1L;
        while (TryTake(batch, ref first))
        {
            blocks.AddRange(batch.Select(static item => item.Block));
            Exception? failure = null;
            try
            {
                await store.PutManyAsync(blocks, CancellationToken.None).ConfigureAwait(false);
                stored(blocks);
            }
#pragma warning disable CA1031 // Whatever the store throws is what the sessions fail with.
            catch (Exception e)
            {
                failure = e;
            }
#pragma warning restore CA1031

            Finish(batch, failure);
            batch.Clear();
            blocks.Clear();
        }
    }

    /// <summary>The next batch; the end of the writer if there is none.</summary>
    private bool TryTake(List<Item> batch, ref long first)
    {
        lock (_lock)
        {
            _inFlight.Remove(first);
            var bytes = 0L;
            first = _taken;
            while (batch.Count < BatchBlocks && bytes < BatchBytes && _waiting.TryDequeue(out var item))
            {
                batch.Add(item);
                bytes += item.Block.Size;
                _taken++;
            }

            _waitingBytes -= bytes;
            if (batch.Count > 0)
                _inFlight.Add(first);
            else
                _writers--;
            CompleteFlushes();
            return batch.Count > 0;
        }
    }

    private void Finish(List<Item> batch, Exception? failure)
    {
        var bytes = 0L;
        lock (_lock)
        {
            foreach (var (block, _) in batch)
            {
                bytes += ByteBudget.CostOf(block.Size);
                if (_unstored.TryGetValue(block.Cid.Hash, out var here) && ReferenceEquals(here, block))
                    _unstored.Remove(block.Cid.Hash);
            }
        }

        foreach (var (block, sessions) in batch)
        {
            block.Dispose();
            if (failure is null)
                continue;
            foreach (var session in sessions)
                session.Fail(failure);
        }

        budget.Return(bytes);
    }

    private void CompleteFlushes()
    {
        var written = _taken;
        foreach (var first in _inFlight)
            written = Math.Min(written, first);
        for (var i = _flushes.Count - 1; i >= 0; i--)
        {
            if (_flushes[i].Until > written)
                continue;
            _flushes[i].Done.TrySetResult();
            _flushes.RemoveAt(i);
        }
    }

    private readonly record struct Item(Block Block, IReadOnlyList<BitswapSession> Sessions);
}
