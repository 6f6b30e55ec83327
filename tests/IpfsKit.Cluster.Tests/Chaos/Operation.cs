namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A call of a client, from its begin to its end.</summary>
public sealed record Operation
{
    public required OperationKind Kind { get; init; }

    /// <summary>Which content; null for listings, and for reads of roots of which nobody knows what they are.</summary>
    public int? Content { get; init; }

    public required TimeSpan Start { get; init; }

    public required TimeSpan End { get; init; }

    public required OperationOutcome Outcome { get; init; }

    /// <summary>The root, as far as it is known.</summary>
    public string? Root { get; init; }

    /// <summary>Of an add: the hash of what was added. Of a read: what the hash of the bytes must be, or null if it must be that of anything that was added.</summary>
    public string? Expected { get; init; }

    /// <summary>Of a read that was answered: the hash of the bytes.</summary>
    public string? Observed { get; init; }

    /// <summary>Of an add: whether the root was to be pinned with it.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Of a listing that was answered: its roots.</summary>
    public IReadOnlySet<string> Listed { get; init; } = new HashSet<string>();

    /// <summary>Whether it was made after everything had come to rest.</summary>
    public bool IsFinal { get; init; }

    /// <summary>What it failed with.</summary>
    public string? Failure { get; init; }

    /// <summary>Who called.</summary>
    public int Client { get; init; }

    /// <summary>Whether it may have changed something, or may yet: it was not answered.</summary>
    public bool IsUnknown => Outcome is OperationOutcome.Failed or OperationOutcome.TimedOut or OperationOutcome.Broken or OperationOutcome.Hung;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} of {Root ?? (Content is { } content ? $"content {content}" : "all")} by client {Client} from {Start:c} to {End:c}: {Outcome}{(Failure is null ? "" : $", {Failure}")}";
}
