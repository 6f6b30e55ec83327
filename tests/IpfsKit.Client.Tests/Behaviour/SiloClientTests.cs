using IpfsKit.Client.Tests.Support;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>The client of a real silo: grains, sockets, disk.</summary>
public sealed class SiloClientTests(SiloClientTests.Fixture fixture) : ClientBehaviourTests, IClassFixture<SiloClientTests.Fixture>
{
    protected override ValueTask<IIpfsKitClient> CreateAsync() => new(fixture.Silo.Client);

    /// <summary>One silo for all tests of the class: each looks only for what it added itself.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public TestSilo Silo { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Silo = await TestSilo.StartAsync();

        public ValueTask DisposeAsync() => Silo.DisposeAsync();
    }
}
