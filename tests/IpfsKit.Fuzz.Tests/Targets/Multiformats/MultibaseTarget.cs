using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Text in any base.</summary>
internal sealed class MultibaseTarget : IFuzzTarget
{
    public string Name => "multibase";

    public IEnumerable<byte[]> Seeds =>
        from encoding in Enum.GetValues<MultibaseEncoding>()
        from bytes in new byte[][] { [], [0], [0, 0, 1, 255], [.. "yes mani !"u8], [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 37))], new byte[600] }
        select TextInput.ToBytes(Multibase.Encode(encoding, bytes));

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return Multibase.TryDecode(text, out _, out var encoding) ? FuzzOutcome.Accepted
            : encoding != default ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>The result, and a buffer of the longest result.</summary>
    public long GetAllowedBytes(int inputBytes) => 64 + (2 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input);
        var ignoreCase = char.ToLowerInvariant(text[0]) is 'f' or 'b' or 'c' or 'v' or 't' or 'k';
        Assert.Equal(Multibase.Encode((MultibaseEncoding)text[0], Multibase.Decode(text, out _)), text, ignoreCase);
    }
}
