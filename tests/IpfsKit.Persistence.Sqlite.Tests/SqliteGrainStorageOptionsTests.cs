namespace IpfsKit.Persistence.Sqlite.Tests;

public sealed class SqliteGrainStorageOptionsTests
{
    [Fact]
    public void Defaults_AreThoseDocumented()
    {
        var options = new SqliteGrainStorageOptions();
        Assert.Equal("", options.DatabasePath);
        Assert.Equal(TimeSpan.FromSeconds(10), options.BusyTimeout);
        Assert.Equal(2, options.ConcurrentReads);
        Assert.Equal(1_048_576, options.MaxQueued);
        Assert.Equal(256L << 20, options.MaxQueuedBytes);
        Assert.Equal(4 << 20, options.MaxStateBytes);
        Assert.Equal(ServiceLifecycleStage.ApplicationServices, options.InitStage);
    }
}
