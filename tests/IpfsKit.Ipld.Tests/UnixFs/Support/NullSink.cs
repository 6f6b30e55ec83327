namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>Takes blocks and keeps none.</summary>
internal sealed class NullSink : IBlockSink
{
    private long _blocks;

    public long Blocks => Volatile.Read(ref _blocks);

    /// <summary>Called with each batch before it is taken.</summary>
    public Func<IReadOnlyList<Block>, CancellationToken, Task>? BeforePut { get; init; }

    public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        if (BeforePut is not null)
            await BeforePut(blocks, cancellationToken);
        Interlocked.Add(ref _blocks, blocks.Count);
    }
}
