namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A client that does this and that until it is told to stop; what it has begun it finishes, so that all of it is in the history.</summary>
internal sealed class ChaosLoad(ChaosClient client, ChaosRoots roots, Random random)
{
    /// <summary>The most contents that are kept: beyond them more are removed than added.</summary>
    private const int MaxLive = 160;

    // Leaves the silos the processor that they need to start.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    public async Task RunAsync(CancellationToken end, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (!end.IsCancellationRequested && await timer.WaitForNextTickAsync(cancellationToken))
            await StepAsync(cancellationToken);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var dice = random.Next(100);
        if (dice < 40 && roots.Live < MaxLive)
            await AddAsync(cancellationToken);
        else if (dice is >= 40 and < 50 || (dice < 40 && roots.Live >= MaxLive))
            await RemoveAsync(cancellationToken);
        else if (roots.Choose(random) is not var (content, root))
            return;
        else if (dice < 70)
            await client.ReadAsync(content, root, random.Next(2) == 0 ? random : null, cancellationToken);
        else if (dice < 80)
            await client.StatAsync(content, root, cancellationToken);
        else if (dice < 89)
            await client.PinAsync(content, root, cancellationToken);
        else if (dice < 94)
            await client.UnpinAsync(content, root, cancellationToken);
        else if (dice < 97)
            await client.ListRootsAsync(cancellationToken);
        else
            await client.ListPinsAsync(cancellationToken);
    }

    private async Task AddAsync(CancellationToken cancellationToken)
    {
        var content = roots.Next(random);
        if (await client.AddAsync(content, random.Next(4) == 0, cancellationToken) is { } root)
            roots.Added(content, root);
        else
            roots.Failed(content);
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (roots.Live < MaxLive / 8 || roots.Take(random) is not var (content, root))
            return;
        // Half of them unpinned first, so that pins keep some.
        if (random.Next(2) == 0)
            await client.UnpinAsync(content, root, cancellationToken);
        if (!await client.RemoveAsync(content, root, cancellationToken))
            roots.Added(content, root);
    }
}
