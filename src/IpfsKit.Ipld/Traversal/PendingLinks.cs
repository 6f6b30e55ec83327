using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Traversal;

/// <summary>The links that a walk has still to follow, the next on top, some of them already asked for. Not safe to share.</summary>
internal sealed class PendingLinks(IBlockSource source, int readAhead, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<Link> _stack = [];
    private readonly CancellationTokenSource? _stop = readAhead > 0 ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
    private int _asked;

    public int Count => _stack.Count;

    public void Push(in Cid cid, int depth) => _stack.Add(new Link(cid, depth, null));

    public bool TryPop(out Link link)
    {
        if (_stack.Count == 0)
        {
            link = default;
            return false;
        }

        link = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        if (link.Asked is not null)
            _asked--;
        return true;
    }

    /// <summary>Asks for the links next in turn, so many that <c>readAhead</c> are under way or wait.</summary>
    public void ReadAhead()
    {
        // Links deeper in the stack may hold places: they were on top when they were asked for. The top then waits for its own turn.
        var lowest = Math.Max(0, _stack.Count - readAhead);
        for (var i = _stack.Count - 1; i >= lowest && _asked < readAhead; i--)
        {
            var link = _stack[i];
            if (link.Asked is not null || link.Cid.Hash.IsIdentity)
                continue;
            _stack[i] = link with { Asked = AskAsync(link.Cid) };
            _asked++;
        }
    }

    /// <summary>The block of a link that was popped, or null if it is not to be had.</summary>
    public async ValueTask<Block?> TakeAsync(Link link)
    {
        if (link.Asked is not null)
            return await link.Asked.ConfigureAwait(false);
        if (link.Cid.Hash.IsIdentity)
            return Block.CreateIdentity(link.Cid);
        return await source.GetAsync(link.Cid, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives up a link that was popped.</summary>
    public static async ValueTask DropAsync(Link link)
    {
        if (link.Asked is null)
            return;
        // Nobody needs this block, so nobody needs to know why it did not come.
        await ((Task)link.Asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (link.Asked.IsCompletedSuccessfully)
            (await link.Asked.ConfigureAwait(false))?.Dispose();
    }

    /// <summary>Waits for everything that was asked for, and disposes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var link in _stack)
            await DropAsync(link).ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Asks, so that also a source that throws at once throws when it is the block's turn.</summary>
    private async Task<Block?> AskAsync(Cid cid) => await source.GetAsync(cid, _stop!.Token).ConfigureAwait(false);

    /// <summary>A link to follow.</summary>
    /// <param name="Cid">Where it leads.</param>
    /// <param name="Depth">How many links lie between the root and there.</param>
    /// <param name="Asked">The block on its way, or null if it was not asked for.</param>
    internal readonly record struct Link(Cid Cid, int Depth, Task<Block?>? Asked);
}
