using System.Globalization;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>Text that is a byte range of the trustless gateway.</summary>
internal sealed class EntityBytesTarget : IFuzzTarget
{
    public string Name => "entity-bytes";

    public IEnumerable<byte[]> Seeds { get; } =
        [.. new[] { "0:*", "0:0", "5:10", "-5:-1", "-5:*", "10:-1", "9223372036854775806:9223372036854775807" }.Select(TextInput.ToBytes)];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        return EntityBytes.TryParse(text, null, out _) ? FuzzOutcome.Accepted
            : text.IndexOf(':') is > 0 and var colon && long.TryParse(text[..colon], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    public long GetAllowedBytes(int inputBytes) => 0;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var range = EntityBytes.Parse(TextInput.Read(input));
        Assert.Equal(range, EntityBytes.Parse(range.ToString()));
        foreach (var length in new[] { 0, 1, 10, long.MaxValue })
        {
            var (start, end) = range.Resolve(length);
            Assert.True(start >= 0 && start <= end && end <= length);
        }
    }
}
