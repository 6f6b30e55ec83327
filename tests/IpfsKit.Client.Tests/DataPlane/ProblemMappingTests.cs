using IpfsKit.Client.DataPlane;
using IpfsKit.Grains;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary>What the silo throws is what the client throws.</summary>
public sealed class ProblemMappingTests
{
    private static readonly Cid First = Cid.Parse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
    private static readonly Cid Second = Cid.Parse("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o");

    private static Exception[] Exceptions { get; } =
    [
        new ContentNotFoundException(First),
        new PathNotFoundException($"/ipfs/{First}/a/b", "b", Second),
        new UploadTooLargeException(77),
        new BlockTooLargeException(First, 3, 2),
        new BlockIntegrityException(First),
        new CarFormatException(12, "it ends inside a section"),
        new IncompleteDagException(First, Second),
        new CodecException(Multicodec.DagPb, "a field is there twice"),
        new UnsupportedCodecException((Multicodec)0x1234),
        new UnsupportedHashException(Multicodec.Murmur3X64_64),
        new UnsupportedHashException(Multicodec.Sha2_256, 4),
        new UnixFsTypeException(First, "a directory", "a file"),
        new UnixFsNameException("..", "leads elsewhere"),
        new UnixFsSourceException("a/b", "is there twice"),
        new UnixFsException(First, "the fanout is 3"),
        new UnixFsException("the type is missing."),
        new TraversalLimitException(First, "MaxDepth", 256),
        new StorageFullException("/data/blocks", "CapacityBytes", 100, 200),
        new InsufficientStorageException("No room for 5 bytes."),
        new WriteConcernNotMetException(First, 1, 2),
        new StateUnavailableException("The disk is gone."),
        new ContentTimeoutException(First, TimeSpan.FromSeconds(30), 3),
        new FetchTooLargeException(First, 1 << 20),
        new NodeBusyException("Too many reads at once.", TimeSpan.FromSeconds(1)),
        DataPlaneRefusals.TicketMissing(),
        DataPlaneRefusals.BadRequest("dag-scope is 'x'."),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Exceptions.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Exception_ToProblemAndBack_IsTheSame(int index)
    {
        var thrown = Exceptions[index];

        var arrived = DataPlaneErrors.ToException(DataPlaneProblems.From(thrown), TimeSpan.FromSeconds(1));

        Assert.Equal(thrown.GetType(), arrived.GetType());
        Assert.Equal(thrown.Message, arrived.Message);
        foreach (var property in thrown.GetType().GetProperties().Where(property => property.DeclaringType != typeof(Exception)))
            Assert.Equal(property.GetValue(thrown), property.GetValue(arrived));
    }

    [Fact]
    public void Exceptions_Shown_AreOfEveryKindThatHasACode()
    {
        var codes = typeof(DataPlaneErrorCodes).GetFields().Select(field => (string)field.GetValue(null)!).ToHashSet();
        var shown = Exceptions.Select(exception => DataPlaneProblems.From(exception).Code).ToHashSet();

        // The rest are refusals without data of their own, all of them DataPlaneException.
        string[] plain =
        [
            DataPlaneErrorCodes.TicketInvalid, DataPlaneErrorCodes.TicketExpired, DataPlaneErrorCodes.TicketScope, DataPlaneErrorCodes.NoSuchEndpoint,
            DataPlaneErrorCodes.NotAcceptable, DataPlaneErrorCodes.UnsupportedMediaType, DataPlaneErrorCodes.RangeNotSatisfiable,
            DataPlaneErrorCodes.UploadTooSlow, DataPlaneErrorCodes.UploadUnknown, DataPlaneErrorCodes.Unavailable, DataPlaneErrorCodes.Internal,
        ];
        Assert.Equal(codes.Order(), shown.Concat(plain).Order());
    }

    [Fact]
    public void Exception_OfTheServerItself_SaysNothingOfTheInside()
    {
        var problem = DataPlaneProblems.From(new InvalidOperationException("a secret"));

        Assert.Equal((500, DataPlaneErrorCodes.Internal), (problem.Status, problem.Code));
        Assert.DoesNotContain("secret", problem.Detail);
    }

    [Theory]
    [InlineData(413, DataPlaneErrorCodes.UploadTooLarge)]
    [InlineData(408, DataPlaneErrorCodes.UploadTooSlow)]
    [InlineData(400, DataPlaneErrorCodes.BadRequest)]
    public void Exception_OfKestrel_HasItsCode(int status, string code) =>
        Assert.Equal(code, DataPlaneProblems.From(new BadHttpRequestException("no", status)).Code);

    [Fact]
    public void Exception_OfTheStore_IsUnavailable() =>
        Assert.Equal(DataPlaneErrorCodes.Unavailable, DataPlaneProblems.From(new StorageFailedException("/data", new IOException("a sync failed"))).Code);
}
