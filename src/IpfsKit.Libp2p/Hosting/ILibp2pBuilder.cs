using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Adds parts to a registered host. Without any transport, security protocol or muxer being named, the host has all of that kind.</summary>
public interface ILibp2pBuilder
{
    /// <summary>Where it is registered.</summary>
    IServiceCollection Services { get; }

    /// <summary>Whether the host starts and stops with the .NET host; otherwise whoever called <see cref="Libp2pBuilderExtensions.StartManually"/> does that.</summary>
    bool IsHosted { get; }
}
