using IpfsKit.Client.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>Everything that a client does, with every read through grains: the data plane takes uploads and answers nothing else.</summary>
public sealed class GatewayOnlyBehaviourTests(GatewayOnlyBehaviourTests.Fixture fixture)
    : ClientBehaviourTests, IClassFixture<GatewayOnlyBehaviourTests.Fixture>
{
    protected override ValueTask<IIpfsKitClient> CreateAsync() => new(fixture.Silo.Client);

    /// <summary>One silo for all tests of the class: each looks only for what it added itself.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public TestSilo Silo { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Silo = await TestSilo.StartAsync(configureHttp: http => http.AddHttpMessageHandler(() => new UploadsOnly()));

        public ValueTask DisposeAsync() => Silo.DisposeAsync();
    }

    private sealed class UploadsOnly : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Get
                ? throw new HttpRequestException(HttpRequestError.ConnectionError, "out of reach")
                : base.SendAsync(request, cancellationToken);
    }
}
