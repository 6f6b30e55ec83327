namespace IpfsKit.Multiformats.Tests;

/// <summary>What the package promises not to allocate.</summary>
public sealed class AllocationTests
{
    private const string Text = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    private static readonly byte[] Bytes = Cid.Parse(Text).ToBytes();
    private static readonly byte[] Data = new byte[1000];

    [Fact]
    public void Cid_BytesAndComparisons_AllocateNothing() => AssertAllocatesNothing(() =>
    {
        var buffer = (stackalloc byte[Cid.MaxBytes]);
        Require(Cid.TryRead(Bytes, out var cid, out _));
        var other = Cid.FromBytes(Bytes);
        Require(cid == other && cid.GetHashCode() == other.GetHashCode() && cid.CompareTo(other) == 0);
        Require(cid.TryToV0(out var v0) && v0.ToV1() == cid && cid.Hash.Digest.Length == 32);
        Require(cid.WriteBytes(buffer) == Bytes.Length);
    });

    [Fact]
    public void Cid_Text_AllocatesNothing() => AssertAllocatesNothing(() =>
    {
        var buffer = (stackalloc char[Cid.MaxTextLength]);
        Require(Cid.TryParse(Text.AsSpan(), out var cid));
        Require(cid.TryFormat(buffer, out var written) && buffer[..written].SequenceEqual(Text));
        Require(cid.TryFormat(buffer, out written, MultibaseEncoding.Base58Btc) && Cid.TryParse(buffer[..written], out _));
        Require(cid.TryToV0(out var v0) && v0.TryFormat(buffer, out written) && Cid.TryParse(buffer[..written], out _));
    });

    [Fact]
    public void Multihash_BytesAndComparisons_AllocateNothing() => AssertAllocatesNothing(() =>
    {
        Require(Multihash.TryRead(Bytes.AsSpan(2), out var multihash, out _));
        var other = Multihash.FromBytes(Bytes.AsSpan(2));
        Require(multihash == other && multihash.GetHashCode() == other.GetHashCode());
    });

    [Theory]
    [InlineData(Multicodec.Sha2_256)]
    [InlineData(Multicodec.DblSha2_256)]
    [InlineData(Multicodec.Murmur3X64_64)]
    public void Hashing_CommonFunctions_AllocatesNothing(Multicodec code) => AssertAllocatesNothing(() =>
    {
        var multihash = MultihashAlgorithm.Compute(code, Data);
        Require(code == Multicodec.Murmur3X64_64 || MultihashAlgorithm.Verify(multihash, Data));
    });

    [Fact]
    public void Multiaddr_ComponentsAndText_AllocateNothing()
    {
        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV");
        AssertAllocatesNothing(() =>
        {
            var buffer = (stackalloc char[256]);
            var codes = 0u;
            foreach (var component in address)
                codes += (uint)component.Code + (uint)component.ValueBytes.Length;
            Require(codes > 0 && address.TryFormat(buffer, out _) && address.Contains(Multicodec.QuicV1));
        });
    }

    [Fact]
    public void MulticodecTable_LookUps_AllocateNothing() => AssertAllocatesNothing(() =>
    {
        Require(MulticodecTable.TryGetCode("dag-pb", out var code) && code == Multicodec.DagPb);
        Require(MulticodecTable.GetName(code) == "dag-pb");
    });

    private static void AssertAllocatesNothing(Action action)
    {
        for (var i = 0; i < 100; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            action();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("The measured code does not work.");
    }
}
