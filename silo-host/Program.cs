using Azure.Core;
using Azure.Identity;
using IpfsKit.SiloHost;
using Orleans.Dashboard;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings lie beside the program, whatever folder it was started from.
    ContentRootPath = AppContext.BaseDirectory,
});
if (BearerToken.FindFault(builder.Configuration) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 1;
}

try
{
    builder.WebHost.ListenOnLoopbackByDefault(builder.Configuration);
    builder.UseOrleans(silo => silo
        .AddIpfsKitRedis()
        .AddIpfsKitPostgreSql()
        .UseIpfsKitEmbeddedCluster()
        .AddIpfsKit()
        .AddDashboard(options => options.HideTrace = true)
        .AddActivityPropagation());
    // Made when a storage account is configured by its address alone.
    builder.Services.AddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
    builder.Services.AddSiloHealthChecks();
    builder.Services.AddObservability(builder.Configuration);
    builder.Services.AddHostedService<StartMessage>();

    var app = builder.Build();
    app.UseBearerToken();
    app.MapSiloHealth();
    app.MapPrometheusScrapingEndpoint();
    app.MapOrleansDashboard("/dashboard");
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFaults.Describe(exception) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 1;
}
