using System.Text;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Ipld;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The block of a symbolic link, whose target is made on the disk of whoever exports it.</summary>
internal sealed class UnixFsSymlinkTarget : ThrowingTarget
{
    public override string Name => "unixfs-symlink";

    public override IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { "a", "../é/\ud83d\ude00", "/etc/passwd", new string('x', UnixFsSymlink.MaxTargetBytes) }
            .Select(target => UnixFsSymlink.Make(target, null, UnixFsProfile.UnixFsV1_2025).Data.ToArray()),
        UnixFsSymlink.Make("with a time", new UnixFsTime(-1, 5), UnixFsProfile.UnixFsV0_2015).Data.ToArray(),
    ];

    /// <summary>The target as text; the links of nodes that have some.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (64 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => TargetOf(input);

    protected override bool IsDeclared(Exception exception) => exception is UnixFsException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => DagPbHead.IsValid(input);

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var target = TargetOf(input);
        Assert.DoesNotContain('\0', target);
        Assert.InRange(Encoding.UTF8.GetByteCount(target), 1, UnixFsSymlink.MaxTargetBytes);
        Assert.Equal(target, TargetOf(UnixFsSymlink.Make(target, null, UnixFsProfile.UnixFsV1_2025).Data));
    }

    private static string TargetOf(ReadOnlyMemory<byte> input) =>
        UnixFsSymlink.TargetOf(UnixFsNode.Decode(Block.Create(Multicodec.DagPb, input)));
}
