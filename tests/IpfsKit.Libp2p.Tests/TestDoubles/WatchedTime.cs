using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A clock that knows what waits for it, so that a test moves it once, and not until something has happened: what happens has deadlines of the same clock.</summary>
internal sealed class WatchedTime : FakeTimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, int> _timers = new();

    /// <summary>How many timers were set for a time from then on.</summary>
    public int TimersFor(TimeSpan dueTime) => _timers.GetValueOrDefault(dueTime);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.AddOrUpdate(dueTime, 1, (_, count) => count + 1);
        return timer;
    }
}
