namespace IpfsKit.Grains.Hosting;

/// <summary>Refuses calls of clients to grain interfaces that are for silos only: those of this assembly that are not public.</summary>
/// <remarks>
/// A fence against mistakes, not against attackers: Orleans' gateway authenticates nobody, so that it must not be reachable by strangers in the first place. Code in a silo that is
/// no grain calls as the silo's hosted client, which is let through.
/// </remarks>
internal sealed class InternalGrainCallFilter : IIncomingGrainCallFilter
{
    private const string HostedClientPrefix = "hosted-";

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is { } source && source.IsClient()
            && context.InterfaceMethod.DeclaringType is { IsVisible: false } target && target.Assembly == typeof(InternalGrainCallFilter).Assembly
            && !source.Key.ToString()!.StartsWith(HostedClientPrefix, StringComparison.Ordinal))
            throw new UnauthorizedAccessException($"{target.Name} is for silos only; {source} is a client.");
        return context.Invoke();
    }
}
