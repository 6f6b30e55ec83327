using IpfsKit.Grains.Nodes;
using Orleans.Storage;

namespace IpfsKit.Grains.Hosting;

/// <summary>The one place where the failures of a grain become what its callers can tell apart.</summary>
internal sealed class GrainFaultFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (IsOurs(context) && GrainFaults.ToTyped(exception) is not null)
        {
            // Orleans drops an activation that lost a race for its state when it sees this exception, and it will not see it any more.
            if (exception is InconsistentStateException && context.Grain is IGrainBase grain)
                grain.DeactivateOnIdle();
            throw GrainFaults.ToTyped(exception)!;
        }
    }

    private static bool IsOurs(IIncomingGrainCallContext context) => context.Grain?.GetType().Assembly == typeof(IpfsNode).Assembly;
}
