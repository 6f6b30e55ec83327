using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>The blocks that a walk has still to visit, the next on top, some of them already asked for.</summary>
/// <typeparam name="T">What the walk knows of a block before it has it.</typeparam>
/// <remarks>
/// The window of blocks that are asked for ahead begins at one and doubles with every block that is taken, so that a reader who looks at
/// one block costs one block; with <c>fullWindow</c> it is open from the start.
/// <para>Blocks that were asked for and then pushed down by the children of one before them still hold memory, so at most twice the window
/// is out at any time. What comes after a subtree of more bytes than a block can have is not asked for until that subtree is done.</para>
/// Not safe to share.
/// </remarks>
internal sealed class FetchStack<T>(
    IBlockSource source, Cid root, UnixFsReadOptions options, bool fullWindow, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<Item> _stack = [];
    private readonly CancellationTokenSource? _stop = options.ReadAheadBlocks > 0 ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
    private int _window = fullWindow ? options.ReadAheadBlocks : 0;
    private int _asked;

    public int Count => _stack.Count;

    /// <summary>Puts a block on top.</summary>
    /// <param name="cid">The block.</param>
    /// <param name="state">What is known of it.</param>
    /// <param name="isLarge">Whether there is certainly so much below it that what comes after it can wait.</param>
    /// <exception cref="TraversalLimitException">More wait than the options allow.</exception>
    public void Push(in Cid cid, T state, bool isLarge = false)
    {
        if (_stack.Count >= options.MaxPendingLinks)
            throw new TraversalLimitException(root, nameof(options.MaxPendingLinks), options.MaxPendingLinks);
        _stack.Add(new Item(cid, state, isLarge, null));
    }

    /// <summary>Takes the block on top, which the caller disposes.</summary>
    /// <exception cref="BlockNotFoundException">The source does not have it.</exception>
    public async ValueTask<(Block Block, T State)> PopAsync()
    {
        // The block that is needed now first, then those after it.
        var top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        if (top.Fetch is not null)
            _asked--;
        var fetch = top.Fetch is { } asked ? new ValueTask<Block>(asked) : source.GetRequiredAsync(top.Cid, _stop?.Token ?? cancellationToken);
        AskAhead();
        return (await fetch.ConfigureAwait(false), top.State);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var item in _stack)
        {
            if (item.Fetch is not { } fetch)
                continue;
            // Nobody needs this block any more, so nobody needs to know why it did not come.
            await ((Task)fetch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (fetch.IsCompletedSuccessfully)
                (await fetch.ConfigureAwait(false)).Dispose();
        }

        _stop.Dispose();
    }

    private void AskAhead()
    {
        var lowest = Math.Max(0, _stack.Count - _window);
        for (var i = _stack.Count - 1; i >= lowest && _asked < 2 * options.ReadAheadBlocks; i--)
        {
            var item = _stack[i];
            if (item.Fetch is null)
            {
                _stack[i] = item with { Fetch = source.GetRequiredAsync(item.Cid, _stop!.Token).AsTask() };
                _asked++;
            }

            if (item.IsLarge)
                break;
        }

        _window = Math.Min(options.ReadAheadBlocks, Math.Max(1, _window * 2));
    }

    private readonly record struct Item(Cid Cid, T State, bool IsLarge, Task<Block>? Fetch);
}
