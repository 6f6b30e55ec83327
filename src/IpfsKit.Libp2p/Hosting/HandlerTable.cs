namespace IpfsKit.Libp2p.Hosting;

/// <summary>The stream handlers. Readers see one table or the next, whole.</summary>
internal sealed class HandlerTable
{
    private readonly Lock _lock = new();
    private volatile Entry[] _entries = [];
    private volatile ProtocolMatcher[] _matchers = [];

    /// <summary>Raised after the protocols that are told to others have changed.</summary>
    public event Action? Changed;

    /// <summary>What negotiation matches against.</summary>
    public IReadOnlyList<ProtocolMatcher> Matchers => _matchers;

    /// <summary>What is told to others.</summary>
    public IReadOnlyList<string> Advertised => [.. _entries.Where(entry => entry.Options.IsAdvertised).Select(entry => entry.Matcher.Protocol)];

    /// <summary>The handler that a matcher stands for; null if it was removed meanwhile.</summary>
    public Entry? Find(ProtocolMatcher matcher) => Array.Find(_entries, entry => ReferenceEquals(entry.Matcher, matcher));

    /// <summary>The service of a protocol, for streams that this side opens; null if no handler of it has one. Handlers are asked in the order of negotiation.</summary>
    public string? ServiceOf(string protocol)
    {
        // The one that has the id, else the first that takes it.
        var entries = _entries;
        var entry = Array.Find(entries, entry => entry.Matcher.Protocol == protocol) ?? Array.Find(entries, entry => entry.Matcher.Matches(protocol));
        return entry?.Options.Service;
    }

    /// <summary>Adds a handler, or replaces the one of the same protocol.</summary>
    public void Set(ProtocolMatcher matcher, StreamHandler handler, StreamHandlerOptions options)
    {
        lock (_lock)
            Publish([.. _entries.Where(entry => entry.Matcher.Protocol != matcher.Protocol), new Entry(matcher, handler, options, new PeerCounts(options.PerPeer))]);
        Changed?.Invoke();
    }

    /// <summary>Removes one; false if there is none.</summary>
    public bool Remove(string protocol)
    {
        lock (_lock)
        {
            var left = _entries.Where(entry => entry.Matcher.Protocol != protocol).ToArray();
            if (left.Length == _entries.Length)
                return false;
            Publish(left);
        }

        Changed?.Invoke();
        return true;
    }

    private void Publish(Entry[] entries)
    {
        _entries = entries;
        _matchers = [.. entries.Select(entry => entry.Matcher)];
    }

    /// <summary>A handler.</summary>
    internal sealed record Entry(ProtocolMatcher Matcher, StreamHandler Handler, StreamHandlerOptions Options, PeerCounts Counts);
}
