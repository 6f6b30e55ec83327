using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Ipld;

namespace IpfsKit.Fuzz.Tests.Targets.Ipld;

/// <summary>Text that is an IPFS path.</summary>
internal sealed class IpfsPathTarget : IFuzzTarget
{
    public string Name => "ipfs-path";

    public IEnumerable<byte[]> Seeds => CidSeeds.All
        .SelectMany(cid => new[] { $"/ipfs/{cid}", $"/ipfs/{cid}/a/b c/é//", $"ipfs://{cid}/..a", $"{cid}/x", cid.ToString() })
        .Select(TextInput.ToBytes);

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return IpfsPath.TryParse(text, null, out _) ? FuzzOutcome.Accepted
            : text.StartsWith("/ipfs/") || text.StartsWith("ipfs://") || text.StartsWith("b") || text.StartsWith("Q") ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>A name of one character and a slash become a string and a place in a list that grows.</summary>
    public long GetAllowedBytes(int inputBytes) => 512 + (40 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var path = IpfsPath.Parse(TextInput.Read(input));
        Assert.Equal(path, IpfsPath.Parse(path.ToString()));
        Assert.DoesNotContain(path.Segments, name => name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0'));
    }
}
