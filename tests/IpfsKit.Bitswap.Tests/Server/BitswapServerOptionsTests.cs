using IpfsKit.Bitswap.Server;

namespace IpfsKit.Bitswap.Tests.Server;

public sealed class BitswapServerOptionsTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(BitswapServerOptionsRules.Faults(new BitswapServerOptions()));

    [Fact]
    public void Faults_NameAllSettingsAndTheirValues()
    {
        var options = new BitswapServerOptions
        {
            MaxWantsPerPeer = 0,
            InlineBlockBytes = -1,
            TargetMessageBytes = 2 << 20,
            SendWorkers = 0,
            LookupWorkers = 257,
            MaxOutstandingBytesPerPeer = 1,
            MaxOutstandingBytes = 2,
            StalledSendTimeout = TimeSpan.Zero,
            EgressBytesPerSecond = 3,
            EgressBytesPerSecondPerPeer = 4,
            ClusterWeight = 0,
            PinnedWeight = 1001,
            EveryoneWeight = -7,
            MaxDepartedLedgers = -8,
        };
        options.AllowPeers.Add("nobody");
        options.DenyPeers.Add("12D3");
        var faults = BitswapServerOptionsRules.Faults(options).ToArray();
        Assert.Equal(16, faults.Length);
        Assert.Contains("IpfsKit:Bitswap:Server:AllowPeers:0 is 'nobody'; it must be a peer id.", faults);
        Assert.Contains("IpfsKit:Bitswap:Server:EgressBytesPerSecond is '3'; it must be 16,384 to 1,125,899,906,842,624.", faults);
    }
}
