namespace IpfsKit.Libp2p;

/// <summary>How the TCP transport behaves.</summary>
public sealed class TcpOptions
{
    /// <summary>How many connections the operating system takes before they are accepted; it drops what comes beyond, and may itself have a lower limit.</summary>
    /// <value>1 to 65,535; default 1,024.</value>
    public int AcceptBacklog { get; set; } = 1024;

    /// <summary>How long the operating system may take to connect, before anything is said on the connection.</summary>
    /// <value>100 ms to 5 minutes; default 5 s.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a listener pauses at most after the operating system refused it a connection, for example because the process has as many open files as it may. It begins with 5 ms and doubles.</summary>
    /// <value>5 ms to 1 minute; default 1 s.</value>
    public TimeSpan MaxAcceptPause { get; set; } = TimeSpan.FromSeconds(1);
}
