namespace IpfsKit.ClientSample.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_WithNothingRunning_EndsInSuccessAndSaysWhatItDid()
    {
        var (exitCode, output, errors) = await ServiceFixture.RunBareAsync("demo", "--size", "2");

        Assert.True(exitCode == 0, errors);
        Assert.Contains("Everything worked", output, StringComparison.Ordinal);
        Assert.Contains("Killed the service", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_WithoutAHost_SaysWhatIsMissing()
    {
        var (exitCode, _, errors) = await ServiceFixture.RunBareAsync("demo", "--size", "1", "--host", "/no/such/host.dll");

        Assert.Equal(1, exitCode);
        Assert.Contains("/no/such/host.dll", errors, StringComparison.Ordinal);
    }
}
