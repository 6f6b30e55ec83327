using System.Runtime.InteropServices;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Server;

/// <summary>Makes the message of an envelope: reads its blocks, and says DONT_HAVE of those that are gone by now. Thread-safe.</summary>
internal sealed partial class EnvelopeReader(IBlockStore store, ILogger logger)
{
    /// <summary>Reads.</summary>
    /// <returns>The message, which the caller disposes. Does not throw.</returns>
    public async ValueTask<OutboundMessage> ReadAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        var message = new OutboundMessage { PendingBytes = (int)Math.Min(int.MaxValue, envelope.PendingBytes) };
        // Started together, as lookups are; the envelope's size bounds them.
        Task<Reading>?[]? pending = null;
        for (var i = 0; i < envelope.Items.Count; i++)
        {
            var (want, answer) = (envelope.Items[i].Want, envelope.Items[i].Answer);
            if (answer != WantAnswer.Block)
            {
                message.Presences.Add(new BlockPresence(want.Cid, answer == WantAnswer.Have));
                continue;
            }

            var reading = ReadAsync(want.Cid, cancellationToken);
            if (reading.IsCompletedSuccessfully)
                Put(message, ref CollectionsMarshal.AsSpan(envelope.Items)[i], reading.Result);
            else
                (pending ??= new Task<Reading>?[envelope.Items.Count])[i] = reading.AsTask();
        }

        for (var i = 0; i < pending?.Length; i++)
        {
            if (pending[i] is not { } task)
                continue;
            var reading = await task.ConfigureAwait(false);
            Put(message, ref CollectionsMarshal.AsSpan(envelope.Items)[i], reading);
        }

        return message;
    }

    private static void Put(OutboundMessage message, ref EnvelopeItem item, Reading reading)
    {
        item.Outcome = reading.Outcome;
        if (reading.Block is { } block)
        {
            item.SentBytes = block.Size;
            message.Blocks.Add(block);
        }
        else if (item.SendDontHave)
        {
            message.Presences.Add(new BlockPresence(item.Want.Cid, false));
        }
    }

    private async ValueTask<Reading> ReadAsync(Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            var block = await store.GetAsync(cid, cancellationToken).ConfigureAwait(false);
            return new(block, block is null ? ItemOutcome.Vanished : ItemOutcome.Ready);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(null, ItemOutcome.Vanished);
        }
        catch (Exception exception)
        {
            LogReadFailed(logger, exception, cid);
            return new(null, ItemOutcome.Unreadable);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Cid} could not be read to be sent.")]
    private static partial void LogReadFailed(ILogger logger, Exception exception, Cid cid);

    private readonly record struct Reading(Block? Block, ItemOutcome Outcome);
}
