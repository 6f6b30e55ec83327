using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;

namespace IpfsKit.Grains.Hosting;

/// <summary>A cluster of one on this machine, for a silo that nobody configured: its ports.</summary>
/// <remarks>
/// Ports that are configured are left alone. Others are those that Orleans clients try by themselves, moved by the slot's number; where one is in use, a free one. They are held from
/// the moment they are chosen until just before Orleans binds them, so that two silos that start together do not choose the same.
/// </remarks>
internal sealed class EmbeddedCluster(NodeSlot slot, IConfiguration configuration) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly List<Socket> _held = [];

    /// <summary>Sets the endpoints of the silo.</summary>
    public void Configure(EndpointOptions options)
    {
        var configured = configuration.GetSection("Orleans:Endpoints");
        if (configured[nameof(options.AdvertisedIPAddress)] is null)
            options.AdvertisedIPAddress = IPAddress.Loopback;
        if (configured[nameof(options.SiloPort)] is null)
            options.SiloPort = Hold(EndpointOptions.DEFAULT_SILO_PORT + slot.Number);
        if (configured[nameof(options.GatewayPort)] is null)
            options.GatewayPort = Hold(EndpointOptions.DEFAULT_GATEWAY_PORT + slot.Number);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        // Orleans binds both ports one stage later.
        observer.Subscribe(nameof(EmbeddedCluster), ServiceLifecycleStage.RuntimeInitialize - 2, _ =>
        {
            Release();
            return Task.CompletedTask;
        });

    /// <inheritdoc/>
    public void Dispose() => Release();

    private int Hold(int wanted)
    {
        var socket = TryListen(wanted) ?? TryListen(0) ?? throw new IOException("The operating system has no free port on 127.0.0.1.");
        _held.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Release()
    {
        _held.ForEach(socket => socket.Dispose());
        _held.Clear();
    }

    private static Socket? TryListen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            // Binding alone keeps nobody away on Linux.
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
