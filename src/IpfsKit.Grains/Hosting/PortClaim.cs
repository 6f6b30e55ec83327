using System.Net;
using System.Net.Sockets;

namespace IpfsKit.Grains.Hosting;

/// <summary>A TCP port of the loopback interface that this process will listen on, and that no other silo of this machine chooses until this is disposed.</summary>
/// <remarks>
/// What claims it is a UDP socket bound to the same number. Holding the TCP port itself would leave a gap between giving it up and Orleans binding it, in which a silo that starts at the
/// same moment takes it; on Linux a bound TCP socket that does not listen keeps nobody away. The claim goes with the process, however it ends.
/// </remarks>
internal sealed class PortClaim : IDisposable
{
    private const int Candidates = 100;
    private const int Distance = 16;

    private readonly Socket _claim;

    private PortClaim(Socket claim) => _claim = claim;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_claim.LocalEndPoint!).Port;

    /// <summary>Claims the wanted port or, where it is in use or claimed, the first free one of those that follow in steps of 16; in the end any that is free.</summary>
    /// <remarks>Those that follow come first because the operating system gives the others to whoever opens a connection, at any moment.</remarks>
    /// <exception cref="IOException">There is no free port.</exception>
    public static PortClaim Acquire(int wanted)
    {
        for (var port = wanted; port < wanted + (Candidates * Distance); port += Distance)
        {
            if (TryAcquire(port) is { } claim)
                return claim;
        }

        return TryAcquire(0) ?? throw new IOException("The operating system has no free port on 127.0.0.1.");
    }

    /// <summary>Gives the port back.</summary>
    public void Dispose() => _claim.Dispose();

    private static PortClaim? TryAcquire(int port)
    {
        if (TryBind(port, SocketType.Dgram, ProtocolType.Udp) is not { } socket)
            return null;
        var claim = new PortClaim(socket);
        using var listener = TryBind(claim.Port, SocketType.Stream, ProtocolType.Tcp);
        if (listener is not null)
            return claim;
        claim.Dispose();
        return null;
    }

    private static Socket? TryBind(int port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            if (type == SocketType.Stream)
                socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
