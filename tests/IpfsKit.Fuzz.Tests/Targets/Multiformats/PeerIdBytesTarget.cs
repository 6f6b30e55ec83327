using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Bytes that are a peer id.</summary>
internal sealed class PeerIdBytesTarget : IFuzzTarget
{
    public string Name => "peerid-bytes";

    public IEnumerable<byte[]> Seeds => PeerIdSeeds.All.Select(peerId => peerId.ToBytes());

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) =>
        PeerId.TryFromBytes(input.Span, out _) ? FuzzOutcome.Accepted
        : !input.IsEmpty && input.Span[0] is 0x00 or 0x12 ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>The copy.</summary>
    public long GetAllowedBytes(int inputBytes) => 32 + PeerId.MaxBytes;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var peerId = PeerId.FromBytes(input.Span);
        Assert.Equal(peerId.ToBytes(), input.ToArray());
        Assert.Equal(peerId, PeerId.Parse(peerId.ToString()));
        Assert.Equal(peerId, PeerId.Parse(peerId.ToCid().ToString()));
    }
}
