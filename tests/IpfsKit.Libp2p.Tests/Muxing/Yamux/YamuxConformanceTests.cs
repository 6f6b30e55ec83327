using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>Yamux over a channel without frames, as TLS is.</summary>
public sealed class YamuxConformanceTests : StreamMuxerConformanceTests
{
    private protected override IMuxer CreateMuxer() => TestYamux.CreateMuxer();
}

/// <summary>Yamux over a channel with frames that must be sent in the order of their seals, as Noise is.</summary>
public sealed class YamuxFramedConformanceTests : StreamMuxerConformanceTests
{
    private protected override IMuxer CreateMuxer() => TestYamux.CreateMuxer();

    private protected override ValueTask<(ISecureChannel Dialer, ISecureChannel Listener)> CreateChannelsAsync() => ValueTask.FromResult<(ISecureChannel, ISecureChannel)>(FramedChannel.CreatePair());
}

/// <summary>Yamux over a connection that takes a few kilobytes at a time.</summary>
public sealed class YamuxNarrowConformanceTests : StreamMuxerConformanceTests
{
    private protected override IMuxer CreateMuxer() => TestYamux.CreateMuxer();

    private protected override ValueTask<(ISecureChannel Dialer, ISecureChannel Listener)> CreateChannelsAsync() => ValueTask.FromResult<(ISecureChannel, ISecureChannel)>(FramedChannel.CreatePair(4000));
}
