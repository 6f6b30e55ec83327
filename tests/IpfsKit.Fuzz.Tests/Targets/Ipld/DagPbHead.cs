using IpfsKit.Ipld;
using IpfsKit.Ipld.Codecs.DagPb;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>The first field of a dag-pb block: its key, and a length that its payload has.</summary>
internal static class DagPbHead
{
    public static bool IsValid(ReadOnlySpan<byte> input)
    {
        try
        {
            return new DagPbReader(input).Read();
        }
        catch (CodecException)
        {
            return false;
        }
    }
}
