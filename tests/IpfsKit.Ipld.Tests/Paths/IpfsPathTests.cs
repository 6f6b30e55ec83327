using CsCheck;
using IpfsKit.Ipld.Tests.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Paths;

public sealed class IpfsPathTests
{
    private static readonly Cid Root = Cid.Parse("bafybeig6ka5mlwkl4subqhaiatalkcleo4jgnr3hqwvpmsqfca27cijp3i");

    private static readonly Gen<string> Names = IpldGen.Text.Where(text => text is not ("" or "." or "..") && !text.AsSpan().ContainsAny('/', '\0'));

    [Fact]
    public void Parse_WhatToStringWrote_GivesThePathBack() => Gen.Select(IpldGen.Cids, Names.Array[0, 8]).Sample(
        (root, names) =>
        {
            var path = names.Aggregate(new IpfsPath(root), (at, name) => at.Append(name));
            Assert.Equal(names, path.Segments);
            Assert.Equal(string.Join('/', names), path.Remainder);
            var again = IpfsPath.Parse(path.ToString());
            Assert.Equal(path, again);
            Assert.Equal(path.GetHashCode(), again.GetHashCode());
            Assert.Equal(path.ToString(), again.ToString());
        },
        iter: Soak.Count(2000, 500_000));

    [Fact]
    public void Parse_OtherFormsOfAPath_AreTheSamePath() => Gen.Select(IpldGen.Cids, Names.Array[0, 8], Gen.Int[1, 3], Gen.Int[0, 3]).Sample(
        (root, names, slashes, trailing) =>
        {
            var path = names.Aggregate(new IpfsPath(root), (at, name) => at.Append(name));
            var rest = string.Concat(names.Select(name => new string('/', slashes) + name)) + new string('/', trailing);
            Assert.Equal(path, IpfsPath.Parse($"/ipfs/{root}{rest}"));
            Assert.Equal(path, IpfsPath.Parse($"ipfs://{root}{rest}"));
            Assert.Equal(path, IpfsPath.Parse($"IPFS://{root}{rest}"));
            Assert.Equal(path, IpfsPath.Parse($"{root}{rest}"));
            var uri = path.ToUriPath();
            Assert.Equal(path, IpfsPath.Parse(string.Join('/', uri.Split('/').Select(Uri.UnescapeDataString))));
        },
        iter: Soak.Count(2000, 500_000));

    [Fact]
    public void TryParse_AnyText_IsRefusedOrSaysTheSameAgain() => Gen.Select(Gen.OneOf(Gen.Const($"/ipfs/{Root}/"), Gen.Const($"ipfs://{Root}/"), Gen.String[0, 4]), Gen.String[0, 20]).Sample(
        (start, end) =>
        {
            if (!IpfsPath.TryParse(start + end, out var path))
            {
                Assert.Throws<FormatException>(() => IpfsPath.Parse(start + end));
                return;
            }

            Assert.Equal(path, IpfsPath.Parse(path.ToString()));
            Assert.DoesNotContain(path.Segments, name => name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0'));
        },
        iter: Soak.Count(5000, 1_000_000));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("/")]
    [InlineData("a/b")]
    [InlineData("\0")]
    [InlineData("a\0b")]
    public void Append_WhatIsNoName_IsRefused(string name)
    {
        var exception = Assert.Throws<FormatException>(() => new IpfsPath(Root).Append(name));
        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
        if (name is not ("" or "/" or "a/b"))
            Assert.False(IpfsPath.TryParse($"/ipfs/{Root}/{name}", out _));
    }

    [Theory]
    [InlineData(0xd800)]
    [InlineData(0xdbff)]
    [InlineData(0xdc00)]
    [InlineData(0xdfff)]
    public void Name_HalfOfASurrogatePair_IsRefused(int half)
    {
        // Not as text in the attribute: the runner would replace it.
        foreach (var name in (string[])[$"{(char)half}", $"a{(char)half}", $"{(char)half}b", $"\ud83d\ude00{(char)half}", $"{(char)half}\ud83d\ude00"])
        {
            Assert.Throws<FormatException>(() => new IpfsPath(Root).Append(name));
            Assert.False(IpfsPath.TryParse($"/ipfs/{Root}/{name}", out _));
        }
    }

    [Fact]
    public void Path_AsDeepAsTheLimit_IsTakenAndNoDeeper()
    {
        var text = $"/ipfs/{Root}{string.Concat(Enumerable.Repeat("/a", IpfsPath.MaxSegments))}";
        var path = IpfsPath.Parse(text);
        Assert.Equal(IpfsPath.MaxSegments, path.Segments.Count);
        Assert.Equal(text, path.ToString());
        Assert.Throws<FormatException>(() => path.Append("a"));
        Assert.False(IpfsPath.TryParse(text + "/a", out _));
        Assert.True(IpfsPath.TryParse(text + "//", out _));
    }

    [Fact]
    public void Path_AsLongAsTheLimit_IsTakenAndNoLonger()
    {
        var start = $"/ipfs/{Root}/";
        var text = start + new string('x', IpfsPath.MaxTextLength - start.Length);
        Assert.Equal(text, IpfsPath.Parse(text).ToString());
        Assert.False(IpfsPath.TryParse(text + "x", out _));
        Assert.InRange(Assert.Throws<FormatException>(() => IpfsPath.Parse(text + "x")).Message.Length, 200, 400);
    }

    [Fact]
    public void Path_WithoutARoot_IsRefused() => Assert.Throws<ArgumentException>(() => new IpfsPath(default));
}
