using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;

namespace IpfsKit.Fuzz.Tests.Targets.Grains;

/// <summary>The target of a request for content, percent-encoded.</summary>
internal sealed class RequestPathTarget : ThrowingTarget
{
    public override string Name => "request-path";

    public override IEnumerable<byte[]> Seeds => CidSeeds.All
        .SelectMany(cid => new[] { $"/ipfs/{cid}", $"/ipfs/{cid}/a%20b/%C3%A9/c?dag-scope=entity", new IpfsPath(cid).Append("100 %").Append("é中").ToUriPath() })
        .Select(TextInput.ToBytes);

    /// <summary>Each name as it is encoded, decoded and kept, and the joined path.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input);
        if (!RequestPath.IsContent(text))
            throw new DataPlaneException(DataPlaneErrorCodes.NoSuchEndpoint, text, 404);
        RequestPath.Parse(text);
    }

    protected override bool IsDeclared(Exception exception) => exception is DataPlaneException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith("/ipfs/"u8);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var path = RequestPath.Parse(TextInput.Read(input));
        Assert.Equal(path, RequestPath.Parse(path.ToUriPath()));
        Assert.DoesNotContain(path.Segments, name => name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0'));
    }
}
