using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Replication;

/// <summary>Waits until enough silos hold a root.</summary>
/// <remarks>
/// Content grains wait for nobody: this asks them how far it is. It is woken when this silo hears that the root is committed, and asks now and then in any case. It goes on while a silo is fetching the root, each of which reports when
/// nothing comes any more, and gives up when there is none left that could be told. Its clock is the machine's.
/// </remarks>
internal sealed class CopiesAwaiter(IpfsNode node, CommitSignals signals)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    /// <summary>Registers a root, and waits.</summary>
    /// <param name="root">The root.</param>
    /// <param name="copies">On how many silos.</param>
    /// <param name="holder">Its grain.</param>
    /// <param name="register">Registers it.</param>
    /// <param name="cancellationToken">Ends the wait; what is under way goes on.</param>
    /// <exception cref="WriteConcernNotMetException">There are too few silos.</exception>
    public async Task<ContentRegistration> RegisterAsync(Cid root, int copies, IContentHolderGrain holder, Func<ValueTask<ContentRegistration>> register, CancellationToken cancellationToken)
    {
        if (copies == 1)
            return Check(root, await register(), copies);
        using var waiter = signals.Begin(root);
        var next = waiter.Next;
        var registration = await register();
        for (var pause = First; !IsEnough(registration, copies); pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            if (registration.Status == ContentStatus.None || registration.UnderWay == 0)
                break;
            await next.WaitAsync(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
            next = waiter.Next;
            registration = await holder.ReplicateAsync(node.PeerId, copies, cancellationToken);
        }

        return Check(root, registration, copies);
    }

    private static ContentRegistration Check(Cid root, ContentRegistration registration, int copies) => IsEnough(registration, copies)
        ? registration
        : throw new WriteConcernNotMetException(root, registration.Standing, copies);

    private static bool IsEnough(ContentRegistration registration, int copies) => registration.Status == ContentStatus.Committed && registration.Standing >= copies;
}
