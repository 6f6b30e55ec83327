using IpfsKit.Libp2p.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace IpfsKit.Libp2p.Tests.Hosting;

public sealed class TaskTrackerTests
{
    [Fact]
    public async Task Work_ThatFails_IsLoggedAndEnded()
    {
        var log = new FakeLogger();
        var tracker = new TaskTracker(log);

        Assert.True(tracker.TryRun(() => Task.FromException(new InvalidDataException("on purpose"))));

        await tracker.CloseAsync().WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, tracker.Running);
        Assert.IsType<InvalidDataException>(log.LatestRecord.Exception);
        Assert.False(tracker.TryRun(() => Task.CompletedTask));
    }
}
