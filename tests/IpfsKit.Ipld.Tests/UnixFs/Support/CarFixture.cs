using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>The blocks of a CAR v1 of the public test data.</summary>
internal static class CarFixture
{
    public static TestSource Load(params string[] path)
    {
        var source = new TestSource();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(Fixtures.Path(path));
        rest = rest[(int)Varint.Take(ref rest)..];
        while (!rest.IsEmpty)
        {
            var length = (int)Varint.Take(ref rest);
            Assert.True(Cid.TryRead(rest, out var cid, out var read));
            var data = rest[read..length].ToArray();
            Assert.True(MultihashAlgorithm.Verify(cid.Hash, data), $"{cid}");
            source.Put(cid, data);
            rest = rest[length..];
        }

        return source;
    }
}
