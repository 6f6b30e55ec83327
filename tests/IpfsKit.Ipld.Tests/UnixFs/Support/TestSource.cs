using System.Collections.Concurrent;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>Blocks in a dictionary that counts who asks for what, and that can hold bytes which do not match their CIDs.</summary>
internal sealed class TestSource : IBlockSource, IBlockSink
{
    private readonly ConcurrentDictionary<Cid, byte[]> _blocks = new();

    /// <summary>The CIDs that were asked for, in order.</summary>
    public ConcurrentQueue<Cid> Asked { get; } = new();

    public IEnumerable<Cid> Cids => _blocks.Keys;

    public int Count => _blocks.Count;

    /// <summary>Called with each batch before it is taken.</summary>
    public Func<IReadOnlyList<Block>, CancellationToken, Task>? BeforePut { get; set; }

    /// <summary>Called with each CID that is asked for.</summary>
    public Func<Cid, CancellationToken, Task>? BeforeGet { get; set; }

    public byte[] this[Cid cid] => _blocks[cid];

    public bool Contains(Cid cid) => _blocks.ContainsKey(cid);

    public void Remove(Cid cid) => _blocks.TryRemove(cid, out _);

    /// <summary>Names bytes as anybody could, true or not.</summary>
    public void Put(Cid cid, byte[] data) => _blocks[cid] = data;

    /// <summary>Adds a dag-pb block under its true CIDv1.</summary>
    public Cid PutDagPb(byte[] data)
    {
        var cid = Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, data));
        _blocks[cid] = data;
        return cid;
    }

    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.Enqueue(cid);
        if (BeforeGet is not null)
            await BeforeGet(cid, cancellationToken);
        return _blocks.TryGetValue(cid, out var data) ? Block.CreateTrusted(cid, data) : null;
    }

    public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        if (BeforePut is not null)
            await BeforePut(blocks, cancellationToken);
        foreach (var block in blocks)
        {
            Assert.True(block.IsVerified);
            Assert.True(MultihashAlgorithm.Verify(block.Cid.Hash, block.Data.Span));
            _blocks[block.Cid] = block.Data.ToArray();
        }
    }
}
