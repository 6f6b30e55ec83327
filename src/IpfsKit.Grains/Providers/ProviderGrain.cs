using IpfsKit.Grains.Placement;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Providers;

/// <summary>One peer outside of the cluster.</summary>
[RequireSiloRole(NodeRole.Master, NodeRole.Worker), CollectionAgeLimit(Minutes = 5)]
internal sealed class ProviderGrain([PersistentState("provider", GrainNames.ContentStorage)] IPersistentState<ProviderState> state) : Grain, IProviderGrain, IProviderReportGrain
{
    private PeerId _peer;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        return PeerId.TryParse(key, out _peer) && _peer.ToString() == key
            ? Task.CompletedTask
            : throw new ArgumentException($"'{key}' is not the key of a provider grain: a peer id in base58.");
    }

    /// <inheritdoc/>
    public ValueTask<ProviderInfo?> GetAsync(CancellationToken cancellationToken)
    {
        if (state.State.LastSeen is null)
            DeactivateOnIdle();
        return new(ProviderTransitions.ToInfo(state.State, _peer));
    }

    /// <inheritdoc/>
    public async ValueTask ReportAsync(ProviderReport report, CancellationToken cancellationToken)
    {
        var before = state.State;
        state.State = ProviderTransitions.Apply(before, report, Random.Shared.NextDouble());
        try
        {
            await state.WriteStateAsync(cancellationToken);
        }
        catch
        {
            state.State = before;
            throw;
        }
    }
}
