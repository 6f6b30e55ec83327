using System.IO.Pipelines;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Connections.Tls.Tests;

/// <summary>Two ends of a connection of Orleans, in memory.</summary>
public sealed class ClusterTlsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _cluster;
    private readonly TestAuthority _stranger;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _silo;

    public ClusterTlsTests()
    {
        _cluster = new TestAuthority(_directory.Path, "cluster");
        _stranger = new TestAuthority(_directory.Path, "stranger");
        _silo = _cluster.Issue("silo");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_OfTwoMembers_CarriesBytesBothWaysAndNotInTheOpen()
    {
        await using var connection = Connect(Tls(_silo), Tls(_cluster.Issue("client")));

        await connection.Client.Output.WriteAsync("from the client, secret"u8.ToArray(), Token);
        Assert.Equal("from the client, secret", await ReadAsync(connection.Silo.Input, 23));
        await connection.Silo.Output.WriteAsync("from the silo"u8.ToArray(), Token);
        Assert.Equal("from the silo", await ReadAsync(connection.Client.Input, 13));

        Assert.DoesNotContain("secret", connection.Wire, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_OfTwoWithTheSameCertificate_NeedsNoAuthority()
    {
        await using var connection = Connect(Tls(_silo, trusted: null), Tls(_silo, trusted: null));
        await connection.Client.Output.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello", await ReadAsync(connection.Silo.Input, 5));
    }

    [Fact]
    public async Task Client_OfAnotherAuthority_IsRefused() => await RefusedAsync(Tls(_silo), Tls(_stranger.Issue("client")));

    [Fact]
    public async Task Client_OfAnotherAuthorityThatTrustsOurs_IsRefusedAllTheSame() => await RefusedAsync(Tls(_silo), Tls(_stranger.Issue("client"), _cluster.TrustPath));

    [Fact]
    public async Task Silo_OfAnotherAuthority_IsRefusedByTheClient() => await RefusedAsync(Tls(_stranger.Issue("silo")), Tls(_cluster.Issue("client")), byClient: true);

    [Fact]
    public async Task Client_WhoseCertificateHasEnded_IsRefused() => await RefusedAsync(Tls(_silo), Tls(_cluster.Issue("client", until: new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero))));

    [Fact]
    public async Task Client_WithoutTls_IsRefused()
    {
        await using var connection = Connect(Tls(_silo), client: null);
        await connection.Client.Output.WriteAsync("Orleans speaks first: lengths, and then headers"u8.ToArray(), Token);
        Assert.False(await connection.SiloReached);
        Assert.True(connection.SiloAborted);
    }

    [Fact]
    public async Task Client_ThatSaysNothing_IsClosedWhenTheTimeIsOver()
    {
        await using var connection = Connect(Tls(_silo), client: null);
        Assert.False(connection.SiloReached.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(await connection.SiloReached);
        Assert.True(connection.SiloAborted);
    }

    [Theory]
    [InlineData("nowhere.pfx", TestAuthority.Password, "cannot be used")]
    [InlineData("cluster-silo.pfx", "another password", "cannot be used")]
    [InlineData("cluster-ca.pem", null, "cannot be used")]
    public void Options_WhoseCertificateCannotBeUsed_SayWhich(string file, string? password, string fault)
    {
        var result = new ClusterTlsOptionsValidator().Validate(null, new ClusterTlsOptions { CertificatePath = _directory.Combine(file), CertificatePassword = password });
        Assert.Contains($"IpfsKit:Cluster:Tls:CertificatePath = '{_directory.Combine(file)}' {fault}", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithTrustAndNoCertificate_AreRefused()
    {
        var result = new ClusterTlsOptionsValidator().Validate(null, new ClusterTlsOptions { TrustedCertificatesPath = _cluster.TrustPath, HandshakeTimeout = TimeSpan.Zero });
        Assert.Equal(2, result.Failures!.Count());
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _stranger.Dispose();
        _directory.Dispose();
    }

    private static async Task RefusedAsync(ClusterTls silo, ClusterTls client, bool byClient = false)
    {
        await using var connection = Connect(silo, client);
        Assert.False(await (byClient ? connection.ClientReached : connection.SiloReached));
        Assert.True(byClient ? connection.ClientAborted : connection.SiloAborted);
    }

    private ClusterTls Tls(string certificate) => Tls(certificate, certificate.Contains("stranger", StringComparison.Ordinal) ? _stranger.TrustPath : _cluster.TrustPath);

    private ClusterTls Tls(string certificate, string? trusted) => new(
        Options.Create(new ClusterTlsOptions { CertificatePath = certificate, CertificatePassword = TestAuthority.Password, TrustedCertificatesPath = trusted }),
        _time, NullLogger<ClusterTls>.Instance);

    private static Connection Connect(ClusterTls silo, ClusterTls? client) => new(silo, client);

    private static async Task<string> ReadAsync(PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count, Token);
        var text = System.Text.Encoding.ASCII.GetString(result.Buffer.FirstSpan);
        reader.AdvanceTo(result.Buffer.End);
        return text;
    }
}
