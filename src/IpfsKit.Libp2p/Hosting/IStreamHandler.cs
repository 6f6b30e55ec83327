namespace IpfsKit.Libp2p.Hosting;

/// <summary>A stream handler that comes from the services: <c>AddLibp2p(…).AddStreamHandler&lt;T&gt;()</c>.</summary>
public interface IStreamHandler
{
    /// <summary>Which protocol ids it takes.</summary>
    ProtocolMatcher Protocol { get; }

    /// <summary>Its bounds.</summary>
    StreamHandlerOptions Options => new();

    /// <summary>Serves one stream.</summary>
    /// <inheritdoc cref="StreamHandler"/>
    Task HandleAsync(IProtocolStream stream, CancellationToken cancellationToken);
}
