using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IpfsKit.SiloHost;

/// <summary>
/// <c>/alive</c>: the process answers; touches neither storage nor other silos. <c>/health</c>: the silo is active, in its own eyes and in
/// the cluster's, and its store takes writes; turns unhealthy as soon as it begins to stop, so that nobody sends it new work. Without room it is degraded, which
/// answers 200 all the same: reads go on.
/// </summary>
internal static class Health
{
    private const string AlivePath = "/alive";
    private const string HealthPath = "/health";

    public static void AddSiloHealthChecks(this IServiceCollection services)
    {
        services.AddSingleton<SiloState>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloState>());
        services.AddHealthChecks().AddCheck<SiloHealthCheck>("silo").AddIpfsKitNode();
    }

    public static void MapSiloHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = _ => false });
        endpoints.MapHealthChecks(HealthPath);
    }

    public static bool IsHealth(PathString path) => path == AlivePath || path == HealthPath;

    /// <summary>Whether the silo is between the end of its start and the beginning of its stop.</summary>
    private sealed class SiloState : ILifecycleParticipant<ISiloLifecycle>
    {
        public bool IsActive { get; private set; }

        // Last to start and first to stop.
        public void Participate(ISiloLifecycle observer) => observer.Subscribe(
            nameof(SiloState), ServiceLifecycleStage.Last, _ => Set(true), _ => Set(false));

        private Task Set(bool active)
        {
            IsActive = active;
            return Task.CompletedTask;
        }
    }

    private sealed class SiloHealthCheck(SiloState state, ILocalSiloDetails silo, IClusterMembershipService membership) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var seen = membership.CurrentSnapshot.GetSiloStatus(silo.SiloAddress);
            return Task.FromResult(state.IsActive && seen == SiloStatus.Active
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The silo is {(state.IsActive ? "active" : "not active")}; the cluster sees it as {seen}."));
        }
    }
}
