using IpfsKit.Grains.DataPlane;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>A data plane that only notes whether it runs.</summary>
internal sealed class FakeDataPlane : IDataPlane
{
    public bool IsRunning { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        IsRunning = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        IsRunning = false;
        return Task.CompletedTask;
    }
}
