using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Bitswap;
using IpfsKit.Fuzz.Tests.Targets.Grains;
using IpfsKit.Fuzz.Tests.Targets.Ipld;
using IpfsKit.Fuzz.Tests.Targets.Libp2p;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Fuzz.Tests.Targets.Storage;
using IpfsKit.Fuzz.Tests.Targets.UnixFs;

namespace IpfsKit.Fuzz.Tests.Targets;

/// <summary>Every decoder that sees foreign bytes.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new VarintTarget(),
        new MultihashTarget(),
        new CidBytesTarget(),
        new CidTextTarget(),
        new MultibaseTarget(),
        new PeerIdBytesTarget(),
        new PeerIdTextTarget(),
        new MultiaddrBytesTarget(),
        new MultiaddrTextTarget(),
        new DagPbTarget(),
        new DagPbLinksTarget(),
        new DagCborTarget(),
        new DagCborLinksTarget(),
        new DagJsonTarget(),
        new CarTarget(version: 1),
        new CarTarget(version: 2),
        new IpfsPathTarget(),
        new UnixFsDataTarget(),
        new UnixFsDirectoryTarget(),
        new HamtChildTarget(),
        new UnixFsFileTarget(),
        new UnixFsSymlinkTarget(),
        new EntityBytesTarget(),
        new PublicKeyTarget(),
        new PrivateKeyTarget(),
        new MultistreamTarget(),
        new MultistreamAnswerTarget(),
        new MultistreamListTarget(),
        new YamuxTarget(),
        new NoiseHandshakeTarget(),
        new NoiseFramesTarget(),
        new NoisePayloadTarget(),
        new SignedEnvelopeTarget(),
        new PeerRecordTarget(),
        new IdentifyTarget(),
        new WebSocketRequestTarget(),
        new WebSocketResponseTarget(),
        new TlsCertificateTarget(),
        new TlsIdentityExtensionTarget(),
        new PrivateNetworkKeyTarget(),
        new BitswapMessagesTarget(),
        new GroupMarkerTarget(),
        new SegmentScannerTarget(),
        new SegmentFooterTarget(),
        new CheckpointTarget(),
        new ManifestTarget(),
        new TicketTarget(),
        new MultipartTreeTarget(),
        new RequestPathTarget(),
    ];
}
