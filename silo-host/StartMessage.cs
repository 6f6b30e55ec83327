using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IpfsKit.SiloHost;

/// <summary>Says where the service is, once it is.</summary>
internal sealed partial class StartMessage(
    IServer server, ILocalSiloDetails silo, IHostApplicationLifetime lifetime, ILogger<StartMessage> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "(no address)";
            LogServing(logger, silo.GatewayAddress?.Endpoint, address);
        });
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "IpfsKit serves. Orleans gateway {Gateway}; {Address}/dashboard, /health and /metrics.")]
    private static partial void LogServing(ILogger logger, System.Net.IPEndPoint? gateway, string address);
}
