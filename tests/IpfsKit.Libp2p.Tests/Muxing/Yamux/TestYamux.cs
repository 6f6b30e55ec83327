using IpfsKit.Libp2p.Muxing.Yamux;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

internal static class TestYamux
{
    public static YamuxMuxer CreateMuxer(YamuxOptions? options = null, TimeProvider? timeProvider = null, Action? refused = null) =>
        new(Options.Create(options ?? new YamuxOptions()), timeProvider ?? TimeProvider.System, NullLogger<YamuxMuxer>.Instance, refused);
}
