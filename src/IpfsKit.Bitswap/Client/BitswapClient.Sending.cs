using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>Telling peers what is wanted.</summary>
internal sealed partial class BitswapClient
{
    /// <summary>After so many messages in a row that could not be sent, a connected peer is taken for one that cannot be reached.</summary>
    private const int SendAttempts = 2;

    /// <summary>Begins to send; called with the gate open, when nothing is being sent to the peer.</summary>
    private void Send(ClientPeer peer) => _sends.TryRun(() => SendAllAsync(peer));

    /// <summary>Sends until there is nothing to say.</summary>
    private async Task SendAllAsync(ClientPeer peer)
    {
        // Behind what the thread pool has to do anyway: it may be about to want more, which then goes into the same message.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (TakeMessage(peer) is { } message)
        {
            Exception? failure = null;
            try
            {
                await _parts.Network.SendAsync(peer.Id, message, MessageLane.Wants, _stopped.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is: the peer does not know what is wanted of it, and nobody else would ever tell it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
            finally
            {
                message.Dispose();
            }

            using (_parts.Gate.Enter())
            {
                if (failure is null)
                    peer.SendFailures = 0;
                else
                    OnSendFailed(peer, failure);
            }
        }
    }

    private OutboundMessage? TakeMessage(ClientPeer peer)
    {
        using (_parts.Gate.Enter())
        {
            var message = peer.HasLeft ? null : peer.Wants.Next(peer.Asks, _parts.Clock.Now);
            peer.IsSending = message is not null;
            return message;
        }
    }

    private void OnSendFailed(ClientPeer peer, Exception failure)
    {
        if (failure is Libp2pException or TimeoutException)
            LogSendFailed(_parts.Logger, failure, peer.Id);
        else
            LogSendBroke(_parts.Logger, failure, peer.Id);
        if (peer.HasLeft)
            return;
        if (++peer.SendFailures < SendAttempts)
        {
            peer.Wants.Restart(peer.Asks);
            return;
        }

        Observe(peer.Id, PeerFailure.Unreachable);
        EndAsks(peer);
        peer.Wants.Restart(peer.Asks);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{PeerId} could not be told what is wanted of it.")]
    private static partial void LogSendFailed(ILogger logger, Exception exception, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{PeerId} could not be told what is wanted of it, for a reason that the network should not have.")]
    private static partial void LogSendBroke(ILogger logger, Exception exception, PeerId peerId);
}
