namespace IpfsKit.Ipld.Car;

/// <summary>Puts the blocks of a CAR into a sink, verified on all cores.</summary>
public static class CarImporter
{
    /// <summary>Hashing less than this in place costs less than handing it to another thread.</summary>
    private const int InlineBytes = 16 << 10;

    /// <summary>Reads a CAR to its end and completes when the sink has all its blocks.</summary>
    /// <remarks>
    /// Memory: a block for each core beside the batches of a <see cref="BlockBatchWriter"/>. Blocks of identity CIDs are verified and left out: nobody needs to store
    /// them. When this throws, the sink may have any of the blocks that came before.
    /// </remarks>
    /// <param name="stream">The CAR, version 1 or 2; disposed unless the options say otherwise.</param>
    /// <param name="sink">Where blocks go.</param>
    /// <param name="options">What to accept; blocks are always verified.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <inheritdoc cref="CarReader.ReadBlockAsync" path="/exception"/>
    public static async ValueTask<CarImportResult> ImportAsync(
        Stream stream, IBlockSink sink, CarReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        options = (options ?? CarReaderOptions.Default) with { Verify = false };
        var reader = await CarReader.OpenAsync(stream, options, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var writer = new BlockBatchWriter(sink);
        await using var __ = writer.ConfigureAwait(false);
        var verifying = new Queue<(Block Block, Task Verified)>();
        var blocks = 0L;
        try
        {
            while (await reader.ReadBlockAsync(cancellationToken).ConfigureAwait(false) is { } block)
            {
                blocks++;
                verifying.Enqueue((block, VerifyAsync(block)));
                while (verifying.Count > Environment.ProcessorCount || (verifying.TryPeek(out var first) && first.Verified.IsCompletedSuccessfully))
                    await AddOldestAsync(verifying, writer, cancellationToken).ConfigureAwait(false);
            }

            while (verifying.Count > 0)
                await AddOldestAsync(verifying, writer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (block, verified) in verifying)
            {
                // Only here after a failure, which is already on its way to the caller.
                await verified.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                block.Dispose();
            }
        }

        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new CarImportResult(reader.Roots, blocks, reader.Position);
    }

    private static async Task VerifyAsync(Block block)
    {
        if (block.Size >= InlineBytes)
            await Task.Run(block.Verify).ConfigureAwait(false);
        else
            block.Verify();
    }

    private static async ValueTask AddOldestAsync(Queue<(Block Block, Task Verified)> verifying, BlockBatchWriter writer, CancellationToken cancellationToken)
    {
        // Stays in the queue until it is verified, so that a failure finds it there.
        await verifying.Peek().Verified.ConfigureAwait(false);
        var block = verifying.Dequeue().Block;
        if (block.Cid.Hash.IsIdentity)
            block.Dispose();
        else
            await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
    }
}
