namespace IpfsKit.Grains.DataPlane;

/// <summary>Where the data plane listens.</summary>
public sealed class DataPlaneOptions
{
    /// <summary>The port that is tried first where none is configured; in use, a free one is taken.</summary>
    public const int DefaultPort = 5080;

    /// <summary>Where it listens.</summary>
    /// <value>An address and a port, such as <c>0.0.0.0:5080</c>, port 0 for a free one; default <c>127.0.0.1:5080</c>, or a free port if that is in use.</value>
    public string? ListenAddress { get; set; }

    /// <summary>The address that clients are given, where it differs from the one that is listened on: a name, a proxy.</summary>
    /// <value>An absolute http or https address; default derived from <see cref="ListenAddress"/>.</value>
    public Uri? PublicAddress { get; set; }
}
