using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Asks for the blocks that a walk of a tree needs next while it is busy with those before, so that a tree that is far away costs round trips for its depth and not for each of its entries. For one walk.</summary>
/// <remarks>
/// The walk asks for one block at a time, as ever. Each block with links tells, as soon as it has come, what the walk will ask for after it: entries in the order of links, then shards. That is a guess: what was not foreseen is asked
/// for when it is wanted, and what was asked for in vain is dropped. The window begins at one block and doubles with each that is taken, so that who looks at little costs little; at most twice the window is asked for or here.
/// </remarks>
/// <param name="inner">Where blocks come from.</param>
/// <param name="walk">Whose order it is: a listing needs entries only, an export all that is below them.</param>
/// <param name="readAhead">How many blocks may be asked for ahead; asked each time, since that depends on where blocks come from.</param>
internal sealed class WalkAhead(IBlockSource inner, EntityWalk walk, Func<int> readAhead) : IBlockSource, IAsyncDisposable
{
    /// <summary>The most links that are foreseen; those of a block for which there is no room are not.</summary>
    public const int MaxForeseen = 1 << 17;

    /// <summary>The most blocks that are asked for in vain; after that, nothing is asked for ahead any more.</summary>
    public const int MaxWasted = 256;

    /// <summary>How far a guess may be off and still be corrected.</summary>
    private const int MaxSkipped = 16;

    /// <summary>The bucket in a link of a directory with the fanout of 256 that everybody makes; another fanout makes the guess worse and nothing else.</summary>
    private const int BucketChars = 2;

    // The next is the last.
    private readonly List<Foreseen> _next = [];
    private readonly List<Task<Block?>> _wasted = [];
    private readonly CancellationTokenSource _ended = new();
    private Block? _last;
    private bool _hasBegun;
    private int _window = 1;
    private int _asked;

    /// <inheritdoc/>
    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        // Walks look at a block before they open it.
        if (_last?.Cid == cid)
            return _last.Retain();
        var foreseen = Take(cid);
        var block = foreseen.Fetch is { } fetch ? await fetch.WaitAsync(cancellationToken) : await inner.GetAsync(cid, cancellationToken);
        if (block is not null)
        {
            _last?.Dispose();
            _last = block.Retain();
            if (!foreseen.IsOpened)
                Open(block, foreseen.IsShard, _next.Count);
        }

        AskAhead();
        return block;
    }

    /// <summary>Drops what was asked for in vain.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        foreach (var fetch in _next.Select(foreseen => foreseen.Fetch).OfType<Task<Block?>>().Concat(_wasted))
        {
            // Nobody needs this block any more, so nobody needs to know why it did not come.
            await ((Task)fetch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (fetch.IsCompletedSuccessfully)
                (await fetch)?.Dispose();
        }

        _last?.Dispose();
        _ended.Dispose();
    }

    /// <summary>The walk has come to a block: what was foreseen before it is not wanted any more, if it was foreseen at all.</summary>
    private Foreseen Take(Cid cid)
    {
        for (var i = _next.Count - 1; i >= Math.Max(0, _next.Count - MaxSkipped); i--)
        {
            if (_next[i].Cid != cid)
                continue;
            var taken = _next[i];
            foreach (var skipped in _next[(i + 1)..])
            {
                if (skipped.Fetch is null)
                    continue;
                _wasted.Add(skipped.Fetch);
                _asked--;
            }

            _next.RemoveRange(i, _next.Count - i);
            if (taken.Fetch is not null)
                _asked--;
            return taken;
        }

        var isFirst = !_hasBegun;
        _hasBegun = true;
        return new Foreseen(cid, isFirst, false, null);
    }

    /// <summary>Foresees what comes after a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="isShard">Whether it is the root of the walk, or a shard.</param>
    /// <param name="at">Where the block is, or was.</param>
    /// <returns>How much was foreseen.</returns>
    private int Open(Block block, bool isShard, int at)
    {
        if (block.Cid.Codec != Multicodec.DagPb || (walk == EntityWalk.List && !isShard))
            return 0;
        DagPbNode node;
        UnixFsType type;
        try
        {
            (node, type) = (DagPbCodec.DecodeNode(block.Data), UnixFsStat.FromBlock(block).Type);
        }
        catch (IpldException)
        {
            // The walk sees for itself.
            return 0;
        }

        if (node.Links.Count > MaxForeseen - _next.Count)
            return 0;
        var (shards, entries) = (new List<Foreseen>(), new List<Foreseen>());
        for (var i = node.Links.Count - 1; i >= 0; i--)
        {
            var link = node.Links[i];
            if (type == UnixFsType.HamtShard && link.Name?.Length == BucketChars)
                shards.Add(new Foreseen(link.Hash, true, false, null));
            else if (walk != EntityWalk.List || link.Hash.Codec == Multicodec.DagPb)
                entries.Add(new Foreseen(link.Hash, false, false, null));
        }

        _next.InsertRange(at, entries);
        _next.InsertRange(at, shards);
        return shards.Count + entries.Count;
    }

    private void AskAhead()
    {
        var most = _wasted.Count > MaxWasted ? 0 : readAhead();
        _window = Math.Min(Math.Max(1, most), _window * 2);
        if (most == 0)
            return;
        var at = _next.Count - 1;
        for (var looked = 0; at >= 0 && looked < _window && _asked < 2 * most; at--, looked++)
        {
            var foreseen = _next[at];
            if (foreseen.Fetch is null && !foreseen.Cid.Hash.IsIdentity)
            {
                _asked++;
                _next[at] = foreseen = foreseen with { Fetch = inner.GetAsync(foreseen.Cid, _ended.Token).AsTask() };
            }

            if (foreseen.IsOpened || foreseen.Fetch is not { IsCompletedSuccessfully: true, Result: { } block })
                continue;
            // What comes after it lies below it, and is looked at next.
            _next[at] = foreseen with { IsOpened = true };
            at += Open(block, foreseen.IsShard, at);
        }
    }

    /// <summary>A block that the walk will ask for.</summary>
    /// <param name="Cid">Which.</param>
    /// <param name="IsShard">Whether it is part of the directory that is walked, and not an entry.</param>
    /// <param name="IsOpened">Whether what comes after it is foreseen.</param>
    /// <param name="Fetch">The block, if it has been asked for.</param>
    private readonly record struct Foreseen(Cid Cid, bool IsShard, bool IsOpened, Task<Block?>? Fetch);
}
