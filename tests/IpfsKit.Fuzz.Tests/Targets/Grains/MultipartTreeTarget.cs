using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld.UnixFs;
using Microsoft.Net.Http.Headers;

namespace IpfsKit.Fuzz.Tests.Targets.Grains;

/// <summary>A tree as a client uploads it: every entry and every file's bytes.</summary>
internal sealed class MultipartTreeTarget : ThrowingTarget
{
    private const string Boundary = "limit";

    public override string Name => "multipart-tree";

    public override IEnumerable<byte[]> Seeds { get; } =
    [
        Make(("t", DataPlaneProtocol.DirectoryMediaType, "file", "")),
        Make(("t/a.txt", DataPlaneProtocol.FileMediaType, "file?mode=0644&mtime=1700000000&mtime-nsecs=5", "content")),
        Make(
            ("t", DataPlaneProtocol.DirectoryMediaType, "file?mode=0755", ""),
            ("t/d%20%C3%A9", DataPlaneProtocol.DirectoryMediaType, "file?mtime=-5", ""),
            ("t/d%20%C3%A9/link", DataPlaneProtocol.SymlinkMediaType, "file", "../a.txt"),
            ("t/b", DataPlaneProtocol.FileMediaType, "file", new string('x', 500))),
    ];

    /// <summary>The reader's buffers and the headers of each part; a symbolic link is read into a buffer of its limit.</summary>
    public override long GetAllowedBytes(int inputBytes) => (4 * ExceptionBytes) + (128 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => ReadAsync(input).GetAwaiter().GetResult();

    protected override bool IsDeclared(Exception exception) => exception is DataPlaneException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.StartsWith("--limit\r\n"u8);

    private static async Task ReadAsync(ReadOnlyMemory<byte> input)
    {
        var type = MediaTypeHeaderValue.Parse($"{DataPlaneProtocol.TreeMediaType}; boundary={Boundary}");
        await foreach (var entry in new MultipartTree(new MemoryStream(input.ToArray()), type, isDepthFirst: false).ReadAsync(default))
        {
            if (entry.Kind != UnixFsSourceKind.File)
                continue;
            await using var content = await entry.OpenAsync!(default);
            await content.CopyToAsync(Stream.Null);
        }
    }

    private static byte[] Make(params (string Path, string Type, string Name, string Content)[] parts) => TextInput.ToBytes(
        string.Concat(parts.Select(part =>
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{part.Name}\"; filename=\"{part.Path}\"\r\nContent-Type: {part.Type}\r\n\r\n{part.Content}\r\n"))
        + $"--{Boundary}--\r\n");
}
