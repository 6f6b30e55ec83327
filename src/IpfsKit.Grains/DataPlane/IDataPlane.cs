namespace IpfsKit.Grains.DataPlane;

/// <summary>The server through which clients move bytes to and from this silo; owned and driven by <see cref="Nodes.IpfsNode"/>.</summary>
internal interface IDataPlane
{
    /// <summary>Starts to accept requests on the socket of <see cref="DataPlaneListener"/>. Called once, when store and catalog are open and grains can be called soon.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Accepts no more, lets requests under way finish until <paramref name="cancellationToken"/> fires, then ends them.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
