using System.Buffers.Binary;
using System.Collections.Concurrent;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Exchange;

/// <summary>Which blocks belong to pinned content, as far as it is worth knowing for an order of service: answered from memory, without a lock and without a look into the catalog.</summary>
/// <remarks>
/// The roots of all pins of this silo are known. What lies below a recursive pin becomes known as it is read on behalf of somebody: a block of pinned content that has links makes those known before its reader can ask for them. So
/// whoever fetches pinned content from its root is of that class, and nobody walks a DAG for it. Blocks are told apart by 64 bits of their hash. Both tables are bounded; what they have no place for is served as anything else.
/// </remarks>
internal sealed partial class PinnedContent(ILogger<PinnedContent> logger) : IAsyncDisposable
{
    /// <summary>The most roots.</summary>
    public const int MaxRoots = 262_144;

    /// <summary>The most blocks below roots; a new one takes the place of an old one.</summary>
    public const int MaxBlocks = 1 << 17;

    private const int Ways = 4;

    private readonly ConcurrentDictionary<ulong, bool> _roots = new();
    private readonly ulong[] _below = new ulong[MaxBlocks];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private HashSet<ulong>? _changed;
    private Task _loading = Task.CompletedTask;
    private uint _next;

    /// <summary>Completes when the pins of the catalog are known.</summary>
    public Task Loaded => _loading;

    /// <summary>Begins to read the pins of the catalog.</summary>
    public void Start(SiloCatalog catalog) => _loading = LoadAsync(catalog, _stopping.Token);

    /// <summary>Stops reading them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    /// <summary>A root of this silo has a pin, or none.</summary>
    public void Set(Cid root, PinMode? mode)
    {
        var print = PrintOf(root.Hash);
        lock (_lock)
        {
            _changed?.Add(print);
            Put(print, mode);
        }
    }

    /// <summary>Whether a block belongs to pinned content, as far as that is known.</summary>
    public bool Contains(in Multihash hash)
    {
        var print = PrintOf(hash);
        return _roots.ContainsKey(print) || IsBelow(print);
    }

    /// <summary>A block was read to be sent: if it is of pinned content, what it links to is, too.</summary>
    public void OnRead(Block block)
    {
        if (block.Cid.Codec == Multicodec.Raw)
            return;
        var print = PrintOf(block.Cid.Hash);
        if (_roots.TryGetValue(print, out var isRecursive) ? !isRecursive : !IsBelow(print))
            return;
        var links = new List<Cid>();
        try
        {
            IpldCodecs.Default.ReadLinks(block, links);
        }
        catch (IpldException)
        {
            // Nothing can be below what cannot be read.
            return;
        }

        foreach (var link in links)
            Remember(PrintOf(link.Hash));
    }

    private bool IsBelow(ulong print)
    {
        var way = Bucket(print);
        for (var i = 0; i < Ways; i++)
        {
            if (Volatile.Read(ref _below[way + i]) == print)
                return true;
        }

        return false;
    }

    private void Remember(ulong print)
    {
        if (IsBelow(print))
            return;
        var way = Bucket(print);
        for (var i = 0; i < Ways; i++)
        {
            if (Interlocked.CompareExchange(ref _below[way + i], print, 0) == 0)
                return;
        }

        Volatile.Write(ref _below[way + (int)(Interlocked.Increment(ref _next) % Ways)], print);
    }

    private void Put(ulong print, PinMode? mode)
    {
        if (mode is null)
            _roots.TryRemove(print, out _);
        else if (_roots.Count < MaxRoots || _roots.ContainsKey(print))
            _roots[print] = mode == PinMode.Recursive;
    }

    private async Task LoadAsync(SiloCatalog catalog, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
            _changed = [];
        try
        {
            await foreach (var root in catalog.EnumerateRootsAsync(CatalogFilter.Pinned, cancellationToken: cancellationToken))
            {
                var print = PrintOf(root.Root.Hash);
                lock (_lock)
                {
                    // What was said meanwhile is newer.
                    if (!_changed.Contains(print))
                        Put(print, root.Pin?.Mode == CatalogPinMode.Recursive ? PinMode.Recursive : PinMode.Direct);
                }

                if (_roots.Count >= MaxRoots)
                    break;
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotLoaded(logger, e);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        finally
        {
            lock (_lock)
                _changed = null;
        }
    }

    /// <summary>Never zero, which is no block.</summary>
    private static ulong PrintOf(in Multihash hash)
    {
        var digest = hash.Digest;
        return (digest.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(digest) : (ulong)hash.GetHashCode()) | 1;
    }

    private static int Bucket(ulong print) => (int)((print >> 1) % (MaxBlocks / Ways)) * Ways;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pins of the catalog could not be read; until they are said anew, pinned content is served as any other.")]
    private static partial void LogNotLoaded(ILogger logger, Exception exception);
}
