using System.Collections.Concurrent;

namespace IpfsKit.Libp2p.Resources;

/// <summary>The scopes of services. Only this node's code names services, so there are as many as it has.</summary>
internal sealed class ServiceScopes(ScopeLimits limits)
{
    private readonly ConcurrentDictionary<string, ResourceScope> _scopes = new(StringComparer.Ordinal);

    /// <summary>What a service has; nothing if there is none of the name.</summary>
    public ResourceUsage Usage(string service) => _scopes.TryGetValue(service, out var scope) ? scope.Usage : default;

    /// <summary>The scope of a service.</summary>
    public ResourceScope GetOrAdd(string service) =>
        _scopes.GetOrAdd(service, static (name, limits) => new ResourceScope(ScopeKind.Service, $"service:{name}", limits), limits);
}
