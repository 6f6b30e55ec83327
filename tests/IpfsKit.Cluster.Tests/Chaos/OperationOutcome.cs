namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>How a call ended.</summary>
public enum OperationOutcome
{
    /// <summary>It was answered, or acknowledged.</summary>
    Done,

    /// <summary>It was answered: there is no such content. Of a removal or the end of a pin: there was none.</summary>
    Absent,

    /// <summary>It was refused, and has had no effect.</summary>
    Refused,

    /// <summary>It failed with an exception that the interface documents. Whether it had an effect is not known.</summary>
    Failed,

    /// <summary>It ended by its caller's timeout. Whether it had an effect is not known.</summary>
    TimedOut,

    /// <summary>It ended with an exception that no caller expects.</summary>
    Broken,

    /// <summary>It did not end, though its caller gave it up.</summary>
    Hung,
}
