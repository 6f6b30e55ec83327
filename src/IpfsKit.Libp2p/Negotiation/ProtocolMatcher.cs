using IpfsKit.Libp2p.Negotiation;

namespace IpfsKit.Libp2p;

/// <summary>Says which protocol ids a handler takes. Immutable.</summary>
public sealed class ProtocolMatcher
{
    private readonly Func<string, bool>? _accepts;

    private ProtocolMatcher(string protocol, Func<string, bool>? accepts)
    {
        MultistreamCodec.ThrowIfNoProtocol(protocol);
        Protocol = protocol;
        _accepts = accepts;
    }

    /// <summary>The id, or the name that is listed for a predicate; what <c>ls</c> and identify tell others.</summary>
    public string Protocol { get; }

    /// <summary>Whether it takes one id only.</summary>
    public bool IsExact => _accepts is null;

    /// <summary>Takes this id and no other.</summary>
    /// <exception cref="ArgumentException">The id is empty, has a newline, or more than 1,023 bytes.</exception>
    public static ProtocolMatcher Exact(string protocol) => new(protocol, null);

    /// <summary>Takes the ids of the same name and major version whose minor version is not greater: <c>/chat/1.2.0</c> takes <c>/chat/1.0.5</c>, neither <c>/chat/1.3.0</c> nor <c>/chat/2.0.0</c>.</summary>
    /// <exception cref="ArgumentException">The id does not end with a version of three numbers, or cannot be an id.</exception>
    public static ProtocolMatcher SemanticVersion(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        if (!ProtocolVersion.TryParse(protocol, out var ours))
            throw new ArgumentException($"'{protocol}' does not end with a version such as /1.2.0.", nameof(protocol));
        return new ProtocolMatcher(protocol, proposed => ProtocolVersion.TryParse(proposed, out var theirs) && theirs.Name == ours.Name && theirs.Major == ours.Major && theirs.Minor <= ours.Minor);
    }

    /// <summary>Takes the ids for which a function says so.</summary>
    /// <param name="name">What others are told.</param>
    /// <param name="accepts">Fast and without side effects: peers decide how often it is called. What it throws fails the negotiation.</param>
    /// <exception cref="ArgumentException">The name cannot be an id.</exception>
    public static ProtocolMatcher Predicate(string name, Func<string, bool> accepts)
    {
        ArgumentNullException.ThrowIfNull(accepts);
        return new ProtocolMatcher(name, accepts);
    }

    /// <summary>Whether it takes the id.</summary>
    public bool Matches(string protocol) => _accepts is null ? protocol == Protocol : _accepts(protocol);

    /// <inheritdoc/>
    public override string ToString() => Protocol;
}
