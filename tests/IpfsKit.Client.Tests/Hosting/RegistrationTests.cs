using IpfsKit.Client.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IpfsKit.Client.Tests.Hosting;

/// <summary>What <c>AddIpfsKitClient</c> puts into a service collection.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void Options_ComeFromTheSectionAndThenFromCode()
    {
        var options = Options(
            [("ReadRounds", "4"), ("RetryDelay", "00:00:05"), ("AllowGrainFallback", "false"), ("UploadAttempts", "7")], o => o.UploadAttempts = 9);

        Assert.Equal((4, TimeSpan.FromSeconds(5), false, 9), (options.ReadRounds, options.RetryDelay, options.AllowGrainFallback, options.UploadAttempts));
    }

    [Fact]
    public void Options_WithoutConfiguration_AreTheDefaults()
    {
        using var services = new ServiceCollection().AddIpfsKitClient().Services.BuildServiceProvider();

        Assert.Equal(new IpfsKitClientOptions().ReadAheadBytes, services.GetRequiredService<IOptions<IpfsKitClientOptions>>().Value.ReadAheadBytes);
    }

    [Theory]
    [InlineData("ConnectTimeout", "00:00:00.001")]
    [InlineData("ResponseTimeout", "02:00:00")]
    [InlineData("IdleTimeout", "00:00:00")]
    [InlineData("ReadAheadBytes", "1")]
    [InlineData("FirstWindowBytes", "1")]
    [InlineData("MaxBlockBytes", "16777216")]
    [InlineData("ReadRounds", "0")]
    [InlineData("UploadAttempts", "11")]
    [InlineData("RetryDelay", "-00:00:01")]
    public void Options_OutOfRange_AreRefusedByNameAndValue(string setting, string value)
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => Options([(setting, value)]));

        Assert.Contains($"IpfsKit:Client:{setting} is ", Assert.Single(thrown.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithSeveralFaults_NameThemAll() =>
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(() => Options([("ReadRounds", "0"), ("UploadAttempts", "0")])).Failures.Count());

    [Fact]
    public void Add_Twice_AppliesBothAndRegistersOnce()
    {
        var services = new ServiceCollection();
        var first = services.AddIpfsKitClient(options => options.ReadRounds = 5);
        var second = services.AddIpfsKitClient(options => options.UploadAttempts = 6);

        Assert.Same(first, second);
        Assert.Same(services, first.Services);
        Assert.Single(services, service => service.ServiceType == typeof(IIpfsKitClient));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<IpfsKitClientOptions>>().Value;
        Assert.Equal((5, 6), (options.ReadRounds, options.UploadAttempts));
    }

    [Fact]
    public void Add_AfterAnotherClient_LeavesThatOne()
    {
        var services = new ServiceCollection();
        var memory = new InMemoryIpfsKitClient();
        services.AddSingleton<IIpfsKitClient>(memory);
        services.AddIpfsKitClient();
        using var provider = services.BuildServiceProvider();

        Assert.Same(memory, provider.GetRequiredService<IIpfsKitClient>());
    }

    [Fact]
    public void Resolve_WithoutAClusterClient_SaysWhatIsMissing()
    {
        using var services = new ServiceCollection().AddIpfsKitClient().Services.BuildServiceProvider();

        var thrown = Assert.Throws<InvalidOperationException>(services.GetRequiredService<IIpfsKitClient>);
        Assert.Contains("UseOrleansClient", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Builder_HandlersOfItsHttpClient_SeeTheRequests()
    {
        var services = new ServiceCollection();
        var seen = new Recorder();
        services.AddIpfsKitClient().HttpClient.ConfigurePrimaryHttpMessageHandler(() => seen);
        await using var provider = services.BuildServiceProvider();

        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(IpfsKitClientOptions.HttpClientName);
        using var _ = await http.GetAsync(new Uri("http://silo/"), TestContext.Current.CancellationToken);

        Assert.Equal(new Uri("http://silo/"), seen.Last);
        Assert.Equal(Timeout.InfiniteTimeSpan, http.Timeout);
    }

    private static IpfsKitClientOptions Options((string Name, string Value)[] section, Action<IpfsKitClientOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(section.Select(setting => KeyValuePair.Create($"IpfsKit:Client:{setting.Name}", (string?)setting.Value))).Build());
        services.AddIpfsKitClient(configure);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<IpfsKitClientOptions>>().Value;
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public Uri? Last { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Last = request.RequestUri;
            return Task.FromResult(new HttpResponseMessage());
        }
    }
}
