using Azure;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>Why Azure Storage did not do what it was asked to.</summary>
/// <param name="Status">The HTTP status, or 0 where there was no answer.</param>
/// <param name="Reason">A sentence or two.</param>
internal sealed record ServiceFault(int Status, string Reason)
{
    /// <summary>What an exception of the SDK says; null if it is of something else.</summary>
    public static ServiceFault? Of(Exception exception) => exception switch
    {
        RequestFailedException { Status: 0 } e => new ServiceFault(0, e.Message),
        // The whole message holds all headers.
        RequestFailedException e => new ServiceFault(e.Status, $"HTTP {e.Status} {e.ErrorCode}: {FirstLine(e.Message)}"),
        // The SDK's, after its last retry: one for each attempt.
        AggregateException { InnerExceptions: [.., var last] } => Of(last) ?? new ServiceFault(0, last.Message),
        // The SDK's, when an answer has not come in time; a caller's cancellation says whose it is.
        TaskCanceledException { CancellationToken.IsCancellationRequested: false } or IOException => new ServiceFault(0, exception.Message),
        _ => null,
    };

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('\r');
}
