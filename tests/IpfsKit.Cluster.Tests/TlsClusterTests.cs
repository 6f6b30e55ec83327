using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Ipld;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Certificates;

namespace IpfsKit.Cluster.Tests;

/// <summary>A cluster that asks everybody for a certificate.</summary>
public sealed class TlsClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cluster_WithTls_ServesItsOwnAndRefusesEverybodyElse()
    {
        using var directory = new TemporaryDirectory();
        using var authority = new TestAuthority(directory.Path, "cluster");
        using var stranger = new TestAuthority(directory.Path, "stranger");
        await using var hosts = await HostPair.StartAsync(directory.Combine("data"), Cancellation, Tls(authority));
        var content = RandomNumberGenerator.GetBytes(300_000);

        var added = await hosts.ToFirst.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation);
        Assert.Equal(content, await hosts.ToSecond.Client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{added.Root}"), cancellationToken: Cancellation));

        Assert.NotNull(await RefusedAsync([]));
        Assert.NotNull(await RefusedAsync(Tls(stranger)));
        Assert.Contains("No TLS with", hosts.First.Output, StringComparison.Ordinal);
        // It answers the others as before.
        Assert.Equal(2, (await hosts.ToFirst.Client.ListNodesAsync(Cancellation)).Count);

        ValueTask<Exception?> RefusedAsync((string, string)[] settings) => Record.ExceptionAsync(async () =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(Patience);
            await using var client = await ConnectedClient.ConnectAsync(hosts.First.Service, patience.Token, settings: settings);
            await client.Client.ListNodesAsync(patience.Token);
        });
    }

    private static (string, string)[] Tls(TestAuthority authority) =>
    [
        ("IpfsKit__Cluster__Tls__CertificatePath", authority.Issue("member")), ("IpfsKit__Cluster__Tls__CertificatePassword", TestAuthority.Password),
        ("IpfsKit__Cluster__Tls__TrustedCertificatesPath", authority.TrustPath),
    ];
}
