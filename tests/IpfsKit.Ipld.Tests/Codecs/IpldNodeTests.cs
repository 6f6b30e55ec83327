using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.Codecs;

public sealed class IpldNodeTests
{
    [Fact]
    public void Equals_MapsInAnotherOrder_AreEqualAndHashAlike()
    {
        foreach (var size in (int[])[2, 8, 9, 40])
        {
            var entries = Enumerable.Range(0, size).Select(i => new KeyValuePair<string, IpldNode>($"k{i}", new IpldNode.Integer(i))).ToArray();
            var map = new IpldNode.Map(entries);
            var reversed = new IpldNode.Map([.. entries.Reverse()]);
            Assert.Equal(map, reversed);
            Assert.Equal(map.GetHashCode(), reversed.GetHashCode());
            Assert.NotEqual(map, new IpldNode.Map([.. entries.SkipLast(1), new("other", entries[^1].Value)]));
            Assert.NotEqual(map, new IpldNode.Map([.. entries.SkipLast(1), new(entries[^1].Key, IpldNode.Null.Value)]));
            Assert.NotEqual(map, new IpldNode.Map([.. entries.SkipLast(1)]));
        }
    }

    [Fact]
    public void Equals_ListsInAnotherOrder_Differ()
    {
        IpldNode.List list = new([new IpldNode.Integer(1), new IpldNode.Integer(2)]);
        Assert.NotEqual(list, new IpldNode.List([.. list.Items.Reverse()]));
        Assert.Equal(list, new IpldNode.List([.. list.Items]));
    }

    [Fact]
    public void Equals_ZeroAndNegativeZero_Differ() => Assert.NotEqual(new IpldNode.Float(0.0), new IpldNode.Float(-0.0));

    [Fact]
    public void Equals_BytesInOtherMemory_AreEqual()
    {
        Assert.Equal(new IpldNode.Bytes(new byte[] { 1, 2 }), new IpldNode.Bytes(new byte[] { 0, 1, 2 }.AsMemory(1)));
        Assert.NotEqual(new IpldNode.Bytes(new byte[] { 1, 2 }), new IpldNode.Bytes(new byte[] { 1, 3 }));
    }

    [Fact]
    public void Kind_EveryNode_NamesItself()
    {
        IpldNode[] nodes =
        [
            IpldNode.Null.Value, IpldNode.Boolean.True, new IpldNode.Integer(1), new IpldNode.Float(1), new IpldNode.String(""),
            new IpldNode.Bytes(default), new IpldNode.List([]), new IpldNode.Map([]), new IpldNode.Link(Cid.Parse("bafkqaaa")),
        ];
        Assert.Equal(Enum.GetValues<IpldKind>(), nodes.Select(n => n.Kind));
    }
}
