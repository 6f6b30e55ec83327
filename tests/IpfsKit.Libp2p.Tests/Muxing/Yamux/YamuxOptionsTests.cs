using IpfsKit.Libp2p.Muxing.Yamux;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

public sealed class YamuxOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new YamuxOptionsValidator().Validate(null, new YamuxOptions()).Succeeded);

    [Fact]
    public void Validate_Faults_AreAllNamed()
    {
        var options = new YamuxOptions
        {
            MaxStreamWindowBytes = 1000,
            MaxSendBufferBytes = 300_000,
            MaxInboundStreams = 0,
            MaxAcceptBacklog = -1,
            MaxUnacknowledgedStreams = 1 << 20,
            MaxWaitingStreams = 0,
            OpenTimeout = TimeSpan.Zero,
            PingTimeout = TimeSpan.FromMinutes(1),
            WriteTimeout = TimeSpan.Zero,
            CloseTimeout = TimeSpan.FromSeconds(-1),
            MaxPings = 0,
            MaxResets = 0,
            MaxRefusedStreams = 0,
            MaxSilentStreams = 0,
        };
        var faults = new YamuxOptionsValidator().Validate(null, options).Failures!.ToList();
        Assert.Equal(14, faults.Count);
        Assert.Contains("YamuxOptions.MaxSendBufferBytes is '300000'; it must be a power of two, 128 KiB to 16 MiB.", faults);
    }
}
