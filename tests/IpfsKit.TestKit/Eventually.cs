using System.Diagnostics;

namespace IpfsKit.TestKit;

/// <summary>Awaits a condition of another process or thread; fails with what it was waiting for.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not null.</summary>
    /// <param name="what">What is awaited, for the failure's message.</param>
    /// <param name="ask">Gives the value, or null while it is not there; what it throws ends the wait.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T?>> ask, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(ask);
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Pause);
        while (true)
        {
            if (await ask() is { } value)
                return value;
            Assert.True(watch.Elapsed < timeout, $"Waited {timeout} in vain for this: {what}.");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Asks until the answer is yes.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public static Task TrueAsync(string what, Func<Task<bool>> ask, TimeSpan timeout, CancellationToken cancellationToken) =>
        GetAsync(what, async () => await ask() ? "yes" : null, timeout, cancellationToken);
}
