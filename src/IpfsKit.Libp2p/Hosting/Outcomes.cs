namespace IpfsKit.Libp2p.Hosting;

/// <summary>Which outcome an exception is.</summary>
internal static class Outcomes
{
    /// <summary>The outcome.</summary>
    /// <param name="exception">What happened; null if nothing.</param>
    /// <param name="cancelled">Whether the caller had given up.</param>
    public static Outcome Of(Exception? exception, bool cancelled = false) => exception switch
    {
        null => Outcome.Done,
        OperationCanceledException => cancelled ? Outcome.Cancelled : Outcome.Timeout,
        TimeoutException or UpgradeTimeoutException => Outcome.Timeout,
        ResourceLimitExceededException or ConnectionGatedException => Outcome.Refused,
        { InnerException: TimeoutException } => Outcome.Timeout,
        _ => Outcome.Failed,
    };
}
