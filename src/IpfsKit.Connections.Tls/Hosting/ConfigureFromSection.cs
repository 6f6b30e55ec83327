using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IpfsKit.Connections.Tls;

/// <summary>Binds the section of whatever configuration there is.</summary>
internal sealed class ConfigureFromSection(IServiceProvider services) : IConfigureOptions<ClusterTlsOptions>
{
    public void Configure(ClusterTlsOptions options) => services.GetService<IConfiguration>()?.GetSection(ClusterTlsOptions.SectionName).Bind(options);
}
