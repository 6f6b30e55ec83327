using System.Buffers;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>dag-pb blocks of every shape.</summary>
internal static class DagPbSeeds
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        Encode(new DagPbNode(null, [])),
        Encode(new DagPbNode("data"u8.ToArray(), [])),
        Encode(new DagPbNode(Array.Empty<byte>(), [new DagPbLink(CidSeeds.All[0], "", 0)])),
        Encode(new DagPbNode("data"u8.ToArray(), [.. CidSeeds.All.Select((cid, i) => new DagPbLink(cid, $"name-é-{i}", (ulong)i << (i * 9)))])),
        Encode(new DagPbNode(null, [.. CidSeeds.All.Take(3).Select(cid => new DagPbLink(cid, null, null))])),
        Encode(new DagPbNode(new byte[300], [new DagPbLink(CidSeeds.All[1], null, ulong.MaxValue), new DagPbLink(CidSeeds.All[2], "a", null)])),

        // Data before the links, as old blocks have it.
        [0x0a, 0x01, 0xff, .. Encode(new DagPbNode(null, [new DagPbLink(CidSeeds.All[0], "old", 7)]))],
    ];

    private static byte[] Encode(DagPbNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(node, output);
        return output.WrittenSpan.ToArray();
    }
}
