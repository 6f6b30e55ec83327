using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>A dial for which several callers wait. The dialer's lock guards the number of waiters.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It disposes its source of cancellation when it ends.")]
internal sealed class SharedDial
{
    private readonly CancellationTokenSource _cancellation;
    private Task<Session> _result = null!;

    public SharedDial(AddressSearch search, CancellationToken stopping)
    {
        Search = search;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }

    /// <summary>The addresses that it tries; whoever joins adds its own.</summary>
    public AddressSearch Search { get; }

    /// <summary>How many wait.</summary>
    public int Waiters { get; set; }

    /// <summary>What comes of it.</summary>
    public Task<Session> Result => _result;

    /// <summary>Completes when it has ended in any way.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins, on another thread: the caller holds a lock.</summary>
    public void Start(Func<CancellationToken, Task<Session>> run)
    {
        _result = RunAsync(run);
        // Looks at the failure, too: everybody who waited for it may have gone.
        Ended = _result.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Gives up. Nobody waits any more.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private async Task<Session> RunAsync(Func<CancellationToken, Task<Session>> run)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (_cancellation)
            return await run(_cancellation.Token).ConfigureAwait(false);
    }
}
