using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Locating;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Client.Uploading;

/// <summary>Sends an upload to a silo, and to another if that fails and the source allows it.</summary>
/// <remarks>
/// <list type="number">
/// <item>Ask for a node and for leave to upload to it. A node without room, or that does not answer, is passed over: nothing was sent.</item>
/// <item>Send the request with <c>Expect: 100-continue</c>, so that a refusal leaves the source untouched.</item>
/// <item>If the connection breaks, ask the silo what became of the upload: an error that it wrote may be lost in the broken connection, and so
/// may its success.</item>
/// <item>What says that the content is wrong is final. Anything else is repeated while attempts are left, if the source was not touched or can be read again.</item>
/// </list>
/// Repeating is harmless: the same bytes make the same root.
/// </remarks>
internal sealed partial class Uploader(
    IUploadTargets targets, DataPlaneHttp http, IpfsKitClientOptions options, TimeProvider time, ILogger logger)
{
    public async Task<UploadReceipt> UploadAsync(
        string pathAndQuery, UploadSource source, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var tried = new List<string>();
        Exception? last = null;
        for (var attempt = 0; attempt < options.UploadAttempts; attempt++)
        {
            if (attempt > 0)
                await DelayAsync(attempt, last, cancellationToken).ConfigureAwait(false);

            // Step 1.
            var endpoint = await FindAsync(attempt, source, tried, cancellationToken).ConfigureAwait(false);

            // Step 2.
            var meter = new UploadMeter(source, progress);
            try
            {
                return await http.UploadAsync(endpoint, pathAndQuery, source, meter, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (meter.SourceError is not null)
            {
                // The source failed, not the silo: its own exception says more than the one of the request.
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(
                    cancellationToken.IsCancellationRequested ? exception : meter.SourceError);
            }
            catch (TransferFailedException exception)
            {
                last = exception;
                // Step 3.
                if (meter.IsTouched)
                {
                    var (receipt, error) = await http.GetUploadOutcomeAsync(endpoint, cancellationToken).ConfigureAwait(false);
                    if (receipt is not null)
                        return receipt;
                    last = error ?? exception;
                }
            }
            catch (Exception exception) when (exception is IpfsKitException or IpldException or UnsupportedHashException)
            {
                last = exception;
            }

            // Step 4.
            if (IsFinal(last!))
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(last!);
            tried.Add($"{endpoint.Node} at {endpoint.Address}: {last!.Message}");
            LogFailed(logger, endpoint.Node.ToString(), meter.Bytes, last.Message);
            if (meter.IsTouched && !source.CanReplay)
                throw last is TransferFailedException ? new UploadInterruptedException(meter.Bytes, last) : last;
        }

        throw last is TransferFailedException or NodeBusyException or null ? new NoNodeAvailableException("take the upload", tried, last) : last;
    }

    /// <summary>Whether another silo would say the same.</summary>
    private static bool IsFinal(Exception exception) => exception switch
    {
        TransferFailedException or NodeBusyException or InsufficientStorageException or StorageFullException or WriteConcernNotMetException
            or StateUnavailableException => false,
        DataPlaneException refused => refused.Code is not (DataPlaneErrorCodes.TicketExpired or DataPlaneErrorCodes.TicketInvalid
            or DataPlaneErrorCodes.Unavailable or DataPlaneErrorCodes.Internal),
        _ => true,
    };

    private async ValueTask<DataEndpoint> FindAsync(int attempt, UploadSource source, List<string> tried, CancellationToken cancellationToken)
    {
        var nodes = await targets.ListAsync(cancellationToken).ConfigureAwait(false);
        Exception? last = null;
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[(attempt + i) % nodes.Count];
            try
            {
                var endpoint = await targets.OpenAsync(node, new UploadRequest { ExpectedBytes = source.Length }, cancellationToken).ConfigureAwait(false);
                if (endpoint.Address is not null)
                    return endpoint;
            }
            catch (Exception exception) when (exception is InsufficientStorageException or ClusterUnavailableException or StateUnavailableException)
            {
                last = exception;
                tried.Add($"{node.Node}: {exception.Message}");
            }
        }

        throw last as InsufficientStorageException ?? (Exception)new NoNodeAvailableException("take the upload", tried, last);
    }

    private Task DelayAsync(int attempt, Exception? last, CancellationToken cancellationToken)
    {
        var delay = options.RetryDelay * (1 << (attempt - 1));
        if (last is NodeBusyException busy && busy.RetryAfter > delay)
            delay = TimeSpan.FromTicks(Math.Min(busy.RetryAfter.Ticks, delay.Ticks * 10));
        return Task.Delay(delay, time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An upload to {Silo} failed after {Bytes} bytes: {Reason}")]
    private static partial void LogFailed(ILogger logger, string silo, long bytes, string reason);
}
