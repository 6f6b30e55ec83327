namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>Takes blocks and keeps none.</summary>
internal sealed class NullSink : IBlockSink
{
    public long Blocks { get; private set; }

    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        Blocks += blocks.Count;
        return ValueTask.CompletedTask;
    }
}
