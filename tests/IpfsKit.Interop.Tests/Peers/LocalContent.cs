using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>A whole host of this library with bitswap and blocks in memory.</summary>
internal sealed class LocalContent : IAsyncDisposable
{
    private static readonly UnixFsProfile Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 256 << 10 };

    private readonly ServiceProvider _services;

    private LocalContent(ServiceProvider services) => _services = services;

    public ILibp2pHost Host => _services.GetRequiredService<ILibp2pHost>();

    public IBitswap Bitswap => _services.GetRequiredService<IBitswap>();

    public MemoryBlockStore Store { get; } = new(1L << 30);

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address => Host.LocalPeer.ListenAddresses[0].Encapsulate(Multiaddr.FromPeerId(Host.LocalPeer.PeerId)).ToString();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<LocalContent> StartAsync()
    {
        var services = new ServiceCollection();
        services.AddLibp2p(options => options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0")).AddBitswap();
        services.AddSingleton<IBlockStore>(provider => provider.GetRequiredService<LocalContent>().Store);
        LocalContent? content = null;
        services.AddSingleton(_ => content!);
        content = new LocalContent(services.BuildServiceProvider());
        _ = content.Bitswap;
        await content.Host.StartAsync(Token);
        return content;
    }

    /// <summary>Adds a file.</summary>
    public async Task<Cid> AddAsync(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return (await new UnixFsImporter(Store, new UnixFsImportOptions { Profile = Profile }).ImportFileAsync(stream, cancellationToken: Token)).Root;
    }

    /// <summary>Adds a directory of files <c>file-0</c>, <c>file-1</c> and so on.</summary>
    public async Task<Cid> AddDirectoryAsync(IReadOnlyList<byte[]> files)
    {
        var source = new UnixFsSource(files.Select((bytes, i) => UnixFsSourceEntry.File($"file-{i}", _ => new(new MemoryStream(bytes)))));
        return (await new UnixFsTreeImporter(Store).ImportAsync(source, cancellationToken: Token)).Root;
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();
}
