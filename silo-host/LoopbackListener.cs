using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace IpfsKit.SiloHost;

/// <summary>Where dashboard, health and metrics listen when nobody said: 127.0.0.1:5001, or a free port if that is taken.</summary>
internal static class LoopbackListener
{
    private const int DefaultPort = 5001;

    public static void ListenOnLoopbackByDefault(this IWebHostBuilder host, IConfiguration configuration)
    {
        if (configuration["urls"] is not null || configuration["http_ports"] is not null || configuration["https_ports"] is not null
            || configuration.GetSection("Kestrel:Endpoints").Exists())
            return;
        host.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, DefaultPort));
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = Bind));
    }

    /// <summary>Binds the socket itself, so that no other process can take the port between a look and the bind.</summary>
    private static Socket Bind(EndPoint wanted)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(wanted);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        }
    }
}
