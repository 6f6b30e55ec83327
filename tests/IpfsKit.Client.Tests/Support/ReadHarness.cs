using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Feeds;
using IpfsKit.Client.Locating;
using IpfsKit.Client.Reading;
using IpfsKit.Ipld;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Client.Tests.Support;

/// <summary>The reading half of the client over any locator, with short waits.</summary>
internal sealed class ReadHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ReadHarness(IContentLocator locator, Action<IpfsKitClientOptions>? configure = null, TimeProvider? time = null)
    {
        Options = new IpfsKitClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1), FirstWindowBytes = 256 << 10, AllowGrainFallback = false };
        configure?.Invoke(Options);
        var services = new ServiceCollection();
        services.AddIpfsKitClient(options => options.ConnectTimeout = Options.ConnectTimeout);
        _services = services.BuildServiceProvider();
        Http = new DataPlaneHttp(_services.GetRequiredService<IHttpClientFactory>(), Options, time ?? TimeProvider.System);
        Reads = new ReadSessionFactory(
            locator, new FeedOpener(Http, null, Options, time ?? TimeProvider.System), Options, time ?? TimeProvider.System, NullLogger<ReadSession>.Instance);
    }

    public IpfsKitClientOptions Options { get; }

    public DataPlaneHttp Http { get; }

    public ReadSessionFactory Reads { get; }

    public async Task<Stream> OpenReadAsync(IpfsPath path, CancellationToken cancellationToken) =>
        await FileReadStream.OpenAsync(Reads.Begin(path), Options, cancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
