using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Server;

/// <summary>Asks the policy and the store what becomes of wants, a batch at a time. Thread-safe.</summary>
internal sealed partial class BlockLookup(IBlockStore store, ServeRules rules, ILogger logger)
{
    /// <summary>At most how many wants are looked for at once by one worker.</summary>
    public const int MaxBatch = 64;

    /// <summary>Looks. What fails counts as not here: the peer may ask somebody else.</summary>
    public async ValueTask LookAsync(List<Want> batch, Finding[] findings, CancellationToken cancellationToken)
    {
        // Started together, so that a store that has to wait for something waits for all at once.
        Task<Finding>?[]? pending = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var finding = LookAsync(batch[i].Peer.Id, batch[i].Cid, cancellationToken);
            if (finding.IsCompletedSuccessfully)
                findings[i] = finding.Result;
            else
                (pending ??= new Task<Finding>?[batch.Count])[i] = finding.AsTask();
        }

        for (var i = 0; i < pending?.Length; i++)
        {
            if (pending[i] is { } finding)
                findings[i] = await finding.ConfigureAwait(false);
        }
    }

    private async ValueTask<Finding> LookAsync(PeerId peer, Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            if (!rules.IsAllowed(peer, cid))
                return default;
            return await store.GetSizeAsync(cid, cancellationToken).ConfigureAwait(false) is { } size
                ? new(true, size, rules.Classify(peer, cid))
                : new(true, null, default);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(true, null, default);
        }
        catch (Exception exception)
        {
            LogLookupFailed(logger, exception, cid);
            return new(true, null, default);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether {Cid} is here could not be found out.")]
    private static partial void LogLookupFailed(ILogger logger, Exception exception, Cid cid);
}
