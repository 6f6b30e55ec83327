using System.Net;
using System.Net.Sockets;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Two connected sockets of this process: what every floor runs over.</summary>
internal sealed class LoopbackSockets : IDisposable
{
    private LoopbackSockets(Socket dialer, Socket listener) => (Dialer, Listener) = (dialer, listener);

    public Socket Dialer { get; }

    public Socket Listener { get; }

    public static async Task<LoopbackSockets> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var dialer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var accepting = listener.AcceptAsync();
        await dialer.ConnectAsync(listener.LocalEndPoint!);
        var accepted = await accepting;
        accepted.NoDelay = true;
        return new LoopbackSockets(dialer, accepted);
    }

    public void Dispose()
    {
        Dialer.Dispose();
        Listener.Dispose();
    }
}
