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
        : PassesHeader(input.Span) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>The code and the length of the hash: SHA2-256, or a key itself that is short enough.</summary>
    private static bool PassesHeader(ReadOnlySpan<byte> input) =>
        input.Length > 1 && ((input[0] == 0x12 && input[1] == 32) || (input[0] == 0x00 && input[1] <= PeerId.MaxInlineKeyBytes));

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
