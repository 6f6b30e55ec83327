using System.Threading.Channels;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>Gets every block of a DAG once, many beside each other, in no order.</summary>
/// <remarks>
/// Links are followed last in, first out, so that what waits grows with the depth of the DAG and not with its width. How many blocks are asked for at once follows from the size of those that came: few large ones, many
/// small ones, up to <see cref="MaxWindow"/>. No block is held longer than it takes to read its links.
/// </remarks>
internal sealed class DagFetcher(IBlockSource source, int maxAheadBytes, TraversalLimits limits)
{
    /// <summary>The most blocks that are asked for at once.</summary>
    public const int MaxWindow = 1024;

    /// <summary>How many are asked for at once however large they are.</summary>
    public const int MinWindow = 8;

    private const int FirstBlockBytes = 256 << 10;

    private readonly Stack<(Cid Cid, int Depth)> _pending = new();
    private readonly HashSet<Cid> _seen = [];
    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(MaxWindow);
    private int _underWay;
    private double _averageBytes = FirstBlockBytes;

    /// <summary>Blocks that have been gotten.</summary>
    public long Blocks { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets all below a root, and the root. Once.</summary>
    /// <exception cref="BlockNotFoundException">The source does not have a block.</exception>
    /// <exception cref="TraversalLimitException">The DAG is larger than the limits.</exception>
    /// <exception cref="IpldException">A block is of no known codec, or not valid in it.</exception>
    public async Task FetchAsync(Cid root, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            Push(root, 0);
            while (_pending.Count > 0 || _underWay > 0)
            {
                while (_pending.Count > 0 && _underWay < Window)
                {
                    var (cid, depth) = _pending.Pop();
                    _underWay++;
                    _ = GetAsync(cid, depth, stop.Token);
                }

                Take(root, await NextAsync());
            }
        }
        finally
        {
            await stop.CancelAsync();
            while (_underWay > 0)
                await NextAsync();
        }
    }

    private int Window => (int)Math.Clamp(maxAheadBytes / _averageBytes, MinWindow, MaxWindow);

    private async ValueTask<Arrival> NextAsync()
    {
        var arrival = await _arrivals.Reader.ReadAsync(CancellationToken.None);
        _underWay--;
        return arrival;
    }

    private void Take(Cid root, Arrival arrival)
    {
        if (arrival.Failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(arrival.Failure);
        if (!arrival.Cid.Hash.IsIdentity)
        {
            Bytes += arrival.Bytes;
            _averageBytes += (arrival.Bytes - _averageBytes) / 16;
            if (++Blocks > limits.MaxBlocks)
                throw new TraversalLimitException(root, nameof(limits.MaxBlocks), limits.MaxBlocks);
            if (Bytes > limits.MaxBytes)
                throw new TraversalLimitException(root, nameof(limits.MaxBytes), limits.MaxBytes);
        }

        if (arrival.Links.Count > 0 && arrival.Depth == limits.MaxDepth)
            throw new TraversalLimitException(root, nameof(limits.MaxDepth), limits.MaxDepth);
        if (arrival.Links.Count > limits.MaxPendingLinks - _pending.Count)
            throw new TraversalLimitException(root, nameof(limits.MaxPendingLinks), limits.MaxPendingLinks);
        for (var i = arrival.Links.Count - 1; i >= 0; i--)
            Push(arrival.Links[i], arrival.Depth + 1);
    }

    private void Push(Cid cid, int depth)
    {
        if (_seen.Add(cid.ToV1()))
            _pending.Push((cid, depth));
    }

    private async Task GetAsync(Cid cid, int depth, CancellationToken cancellationToken)
    {
        Arrival arrival;
        try
        {
            using var block = await source.GetRequiredAsync(cid, cancellationToken);
            var links = new List<Cid>();
            IpldCodecs.Default.ReadLinks(block, links);
            arrival = new Arrival(cid, depth, block.Size, links, null);
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown where the blocks are taken.
        catch (Exception e)
#pragma warning restore CA1031
        {
            arrival = new Arrival(cid, depth, 0, [], e);
        }

        // There is a place for each that is under way.
        _arrivals.Writer.TryWrite(arrival);
    }

    private readonly record struct Arrival(Cid Cid, int Depth, int Bytes, List<Cid> Links, Exception? Failure);
}
