using IpfsKit.Client.Locating;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Replication;

/// <summary>Asks for copies, and waits for them: grains do not.</summary>
internal sealed class ReplicationCalls(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public async Task<ReplicationStatus> GetAsync(Cid root, CancellationToken cancellationToken) =>
        await ClusterCalls.InvokeAsync(() => grains.GetContentGrain(root).GetReplicationAsync(cancellationToken)).ConfigureAwait(false)
            ?? throw new ContentNotFoundException(root);

    public async Task<ReplicationStatus> EnsureAsync(Cid root, EnsureReplicationOptions options, CancellationToken cancellationToken)
    {
        var request = new EnsureReplicationRequest { Copies = options.Copies };
        ReplicationStatus? status = null;
        await PollAsync(
            async () =>
            {
                status = await ClusterCalls.InvokeAsync(() => grains.GetContentGrain(root).EnsureReplicationAsync(request, cancellationToken)).ConfigureAwait(false);
                return !options.Wait || status.Copies >= status.Wanted
                    ? true
                    : status.UnderWay.Count > 0 ? false : throw new WriteConcernNotMetException(root, status.Copies, status.Wanted);
            },
            cancellationToken).ConfigureAwait(false);
        return status!;
    }

    /// <summary>Pins a root; completes when enough silos hold it and know of the pin.</summary>
    public Task PinAsync(Cid root, PinRequest request, CancellationToken cancellationToken) => PollAsync(
        async () =>
        {
            var pinned = await ClusterCalls.InvokeAsync(() => grains.GetContentGrain(root).PinAsync(request, cancellationToken)).ConfigureAwait(false);
            return pinned.Standing >= pinned.Required
                ? true
                : pinned.UnderWay > 0 ? false : throw new WriteConcernNotMetException(root, pinned.Standing, pinned.Required);
        },
        cancellationToken);

    private async Task PollAsync(Func<ValueTask<bool>> isDone, CancellationToken cancellationToken)
    {
        for (var pause = First; !await isDone().ConfigureAwait(false); pause = pause * 2 < Longest ? pause * 2 : Longest)
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
    }
}
