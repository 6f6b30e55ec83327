using IpfsKit.Client.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>A client that reaches the Orleans gateway and no data plane: uploads are refused, reads go through grains.</summary>
public sealed class GatewayOnlyClientTests : IAsyncLifetime
{
    private TestSilo _silo = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _silo = await TestSilo.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Read_DataPlaneOutOfReach_ComesThroughTheGrain()
    {
        var content = TestContent.Bytes(5_000_000);
        var added = await _silo.Client.AddStreamAsync(new MemoryStream(content), new AddOptions { WrapAs = "file" }, cancellationToken: Cancellation);
        var blind = Blind();

        await using var stream = await blind.OpenReadAsync($"/ipfs/{added.Root}/file", Cancellation);
        stream.Position = 1_000_000;
        Assert.Equal(content[1_000_000..], await stream.ReadToEndAsync(Cancellation));
        Assert.Equal(["file"], (await blind.ListAsync(added.Root, cancellationToken: Cancellation).ToListAsync(Cancellation)).Select(entry => entry.Name));
    }

    [Fact]
    public async Task Read_FallbackNotAllowed_SaysThatNobodyDelivers()
    {
        var added = await _silo.Client.AddStreamAsync(new MemoryStream([1, 2, 3]), cancellationToken: Cancellation);

        await Assert.ThrowsAsync<Grains.ContentUnavailableException>(() => Blind(fallback: false).OpenReadAsync(added.Root, Cancellation));
    }

    [Fact]
    public async Task Add_DataPlaneOutOfReach_SaysSo()
    {
        var thrown = await Assert.ThrowsAsync<NoNodeAvailableException>(() =>
            Blind().AddStreamAsync(new MemoryStream([1]), cancellationToken: Cancellation));

        Assert.NotEmpty(thrown.Tried);
    }

    /// <summary>A client whose every connection is refused.</summary>
    private IIpfsKitClient Blind(bool fallback = true)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_silo.ClientServices.GetRequiredService<Orleans.IClusterClient>());
        services.AddIpfsKitClient(options =>
        {
            options.RetryDelay = TimeSpan.Zero;
            options.AllowGrainFallback = fallback;
        }).HttpClient.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => throw new IOException("out of reach"),
        });
        return services.BuildServiceProvider().GetRequiredService<IIpfsKitClient>();
    }
}
