using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Remembers the blocks that a walk takes, in order, until they are taken from here. For one walk.</summary>
internal sealed class RecordingSource(IBlockSource inner) : IBlockSource, IDisposable
{
    private readonly Queue<Block> _taken = new();

    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        var block = await inner.GetAsync(cid, cancellationToken);
        if (block is not null)
            _taken.Enqueue(block.Retain());
        return block;
    }

    /// <summary>What was taken since the last call; the caller disposes each.</summary>
    public IEnumerable<Block> Take()
    {
        while (_taken.TryDequeue(out var block))
            yield return block;
    }

    public void Dispose()
    {
        foreach (var block in Take())
            block.Dispose();
    }
}
