using System.Runtime.CompilerServices;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Gives the errors of a stream through grains the form that they have over HTTP, because the exceptions themselves do not all cross Orleans whole.</summary>
internal static class BlockStreamRefusals
{
    public static async IAsyncEnumerable<BlockMessage> ApplyAsync(
        IAsyncEnumerable<BlockMessage> blocks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var enumerator = blocks.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(enumerator, cancellationToken))
            yield return enumerator.Current;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<BlockMessage> blocks, CancellationToken cancellationToken)
    {
        try
        {
            return await blocks.MoveNextAsync();
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new BlockStreamRefusedException(DataPlaneProblems.From(exception));
        }
    }
}
