using System.Net;
using System.Net.Sockets;
using IpfsKit.Grains.Hosting;

namespace IpfsKit.Grains.Tests.Hosting;

public sealed class PortClaimTests
{
    [Fact]
    public void Acquire_WhatIsClaimed_GivesAnother()
    {
        using var first = PortClaim.Acquire(0);
        using var second = PortClaim.Acquire(first.Port);

        Assert.NotEqual(first.Port, second.Port);
        Assert.Equal(0, (second.Port - first.Port) % 16);
    }

    [Fact]
    public void Acquire_WhereSomebodyListens_GivesAnother()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var claim = PortClaim.Acquire(port);

        Assert.NotEqual(port, claim.Port);
    }

    [Fact]
    public void Claim_LeavesThePortToItsOwner_AndIsGivenBack()
    {
        int port;
        using (var claim = PortClaim.Acquire(0))
        {
            port = claim.Port;
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }

        using var again = PortClaim.Acquire(port);
        Assert.Equal(port, again.Port);
    }
}
