using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>A varint at the start of the input.</summary>
internal sealed class VarintTarget : IFuzzTarget
{
    public string Name => "varint";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            for (var bits = 0; bits < 63; bits += 3)
            {
                var bytes = new byte[Varint.MaxBytes];
                yield return bytes[..Varint.Write(bytes, 1ul << bits)];
            }
        }
    }

    public string NoHeader => "a varint is one field, with nothing behind it that a header could keep inputs from";

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) => Varint.Read(input.Span, out _, out _) switch
    {
        VarintStatus.Done => FuzzOutcome.Accepted,
        _ => FuzzOutcome.Refused,
    };

    public long GetAllowedBytes(int inputBytes) => 0;

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        Varint.TryRead(input.Span, out var value, out var read);
        var again = new byte[Varint.GetByteCount(value)];
        Varint.Write(again, value);
        Assert.Equal(again, input[..read].ToArray());
    }
}
