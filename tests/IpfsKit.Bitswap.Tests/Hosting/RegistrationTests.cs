using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IpfsKit.Bitswap.Tests.Hosting;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddBitswap_Twice_IsHarmlessAndBothConfigurationsApply()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IBlockStore>(new MemoryBlockStore());
        services.AddLibp2p()
            .AddBitswap(options => options.Network.MaxInboundStreamsPerPeer = 17)
            .AddBitswap(options => options.Network.InboundIdleTimeout = TimeSpan.FromSeconds(33));
        await using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<BitswapOptions>>().Value.Network;
        Assert.Equal((17, TimeSpan.FromSeconds(33)), (options.MaxInboundStreamsPerPeer, options.InboundIdleTimeout));
        Assert.Single(provider.GetServices<IBitswap>());
        Assert.Equal(2, provider.GetServices<IHostedService>().Count(service => service is not null));
    }

    [Fact]
    public void Options_FromTheSection_AndThenFromCode()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["IpfsKit:Bitswap:Network:OutboundIdleTimeout"] = "00:00:07",
            ["IpfsKit:Bitswap:Network:InboundIdleTimeout"] = "00:00:30",
        }).Build());
        services.AddLibp2p().AddBitswap(options => options.Network.InboundIdleTimeout = TimeSpan.FromSeconds(20));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<BitswapOptions>>().Value.Network;
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20)), (options.OutboundIdleTimeout, options.InboundIdleTimeout));
    }

    [Fact]
    public void Options_OutOfRange_AreNamedAllAtOnce()
    {
        var services = new ServiceCollection();
        services.AddLibp2p().AddBitswap(options =>
        {
            options.Network.MaxInboundStreamsPerPeer = 15;
            options.Network.InboundIdleTimeout = TimeSpan.FromSeconds(9);
            options.Client.MaxSessions = 0;
            options.Server.MaxWantsPerPeer = 0;
        });
        using var provider = services.BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<BitswapOptions>>().Value);
        Assert.Equal(4, failure.Failures.Count());
        Assert.Contains("IpfsKit:Bitswap:Network:InboundIdleTimeout is '00:00:09'; it must be 00:00:10 to 01:00:00.", failure.Failures);
    }

    [Fact]
    public async Task Bitswap_WithoutAStore_SaysWhatIsMissing()
    {
        var services = new ServiceCollection();
        services.AddLibp2p().AddBitswap();
        await using var provider = services.BuildServiceProvider();
        Assert.Contains("IBlockStore", Assert.Throws<InvalidOperationException>(provider.GetRequiredService<IBitswap>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_Started_SpeaksBitswapFromTheStartAndNoLongerWhenStopped()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IBlockStore>(new MemoryBlockStore());
        builder.Services.AddLibp2p(options => options.ListenAddresses.Add("/memory/0")).AddInMemory(new InMemoryNetwork()).AddBitswap();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var libp2p = host.Services.GetRequiredService<ILibp2pHost>();
        Assert.All(BitswapProtocol.Ids, id => Assert.Contains(id, libp2p.LocalPeer.Protocols));
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.All(BitswapProtocol.Ids, id => Assert.DoesNotContain(id, libp2p.LocalPeer.Protocols));
    }
}
