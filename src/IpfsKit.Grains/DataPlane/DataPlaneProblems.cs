using IpfsKit.Grains.Hosting;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>From exceptions to the error codes of the data plane; the other direction is <c>DataPlaneErrors</c> of the client.</summary>
internal static class DataPlaneProblems
{
    /// <summary>What to answer. What is no fault of the request is <see cref="DataPlaneErrorCodes.Internal"/>, without details.</summary>
    public static DataPlaneProblem From(Exception exception) => exception switch
    {
        ContentTimeoutException e => Problem(504, DataPlaneErrorCodes.FetchTimeout, "Nothing came in time", exception) with
        {
            Cid = Text(e.Cid),
            Value = (long)e.Idle.TotalMilliseconds,
            Size = e.Peers,
        },
        FetchTooLargeException e => Problem(422, DataPlaneErrorCodes.FetchTooLarge, "Too large to be fetched", exception) with { Cid = Text(e.Cid), Limit = e.Limit },
        StateUnavailableException => Problem(503, DataPlaneErrorCodes.StateUnavailable, "State unavailable", exception),
        DataPlaneException refused => Problem(refused.Status, refused.Code, "Refused", exception),
        NodeBusyException => Problem(503, DataPlaneErrorCodes.Busy, "Busy", exception),
        ContentNotFoundException e => Problem(404, DataPlaneErrorCodes.ContentNotFound, "Not here", exception) with { Cid = Text(e.Cid) },
        BlockNotFoundException e => Problem(404, DataPlaneErrorCodes.ContentNotFound, "Not here", exception) with { Cid = Text(e.Cid) },
        PathNotFoundException e => Problem(404, DataPlaneErrorCodes.PathNotFound, "No such path", exception) with
        {
            Path = e.Path,
            Segment = e.Segment,
            At = Text(e.At),
        },
        UploadTooLargeException e => Problem(413, DataPlaneErrorCodes.UploadTooLarge, "Upload too large", exception) with { Limit = e.Limit },
        BlockTooLargeException e => Problem(413, DataPlaneErrorCodes.BlockTooLarge, "Block too large", exception) with
        {
            Cid = Text(e.Cid),
            Size = e.Size,
            Limit = e.Limit,
        },
        BlockIntegrityException e => Problem(422, DataPlaneErrorCodes.BlockIntegrity, "Wrong bytes", exception) with { Cid = Text(e.Cid) },
        CarFormatException e => Problem(422, DataPlaneErrorCodes.InvalidCar, "Invalid CAR", exception) with { Segment = e.Reason, Size = e.Offset },
        IncompleteDagException e => Problem(422, DataPlaneErrorCodes.IncompleteDag, "Incomplete DAG", exception) with
        {
            Cid = Text(e.Root),
            Missing = Text(e.Missing),
        },
        CodecException e => Problem(422, DataPlaneErrorCodes.InvalidBlock, "Invalid block", exception) with { Value = (long)e.Codec, Segment = e.Reason },
        UnsupportedCodecException e => Problem(422, DataPlaneErrorCodes.UnsupportedCodec, "Unsupported codec", exception) with { Value = (long)e.Codec },
        UnsupportedHashException e => Problem(422, DataPlaneErrorCodes.UnsupportedHash, "Unsupported hash", exception) with
        {
            Value = (long)e.Code,
            Size = e.DigestLength,
        },
        UnixFsTypeException e => Problem(422, DataPlaneErrorCodes.UnixFsType, "Another kind of content", exception) with
        {
            Cid = Text(e.Cid),
            Path = e.Expected,
            Segment = e.Actual,
        },
        UnixFsNameException e => Problem(422, DataPlaneErrorCodes.InvalidName, "Invalid name", exception) with { Path = e.Name, Segment = e.Reason },
        UnixFsSourceException e => Problem(422, DataPlaneErrorCodes.InvalidEntry, "Invalid entry", exception) with { Path = e.Path, Segment = e.Reason },
        UnixFsException e => Problem(422, DataPlaneErrorCodes.InvalidUnixFs, "Invalid UnixFS", exception) with
        {
            Cid = e.Cid is { } cid ? Text(cid) : null,
            Segment = e.Reason,
        },
        TraversalLimitException e => Problem(422, DataPlaneErrorCodes.TraversalLimit, "DAG too large", exception) with
        {
            Cid = Text(e.Root),
            Segment = e.Limit,
            Limit = e.Value,
        },
        StorageFullException e => Problem(507, DataPlaneErrorCodes.StorageFull, "Storage full", exception) with
        {
            Path = e.Store,
            Segment = e.Limit,
            Limit = e.LimitBytes,
            Size = e.NeededBytes,
        },
        InsufficientStorageException => Problem(507, DataPlaneErrorCodes.StorageFull, "Storage full", exception),
        WriteConcernNotMetException e => Problem(503, DataPlaneErrorCodes.WriteConcernNotMet, "Too few copies", exception) with
        {
            Cid = Text(e.Cid),
            Size = e.Acknowledged,
            Limit = e.Required,
        },
        StorageException => Problem(503, DataPlaneErrorCodes.Unavailable, "Storage unavailable", exception),
        // What Orleans says when a grain cannot be reached, or its state cannot be read when it is called to life.
        _ when GrainFaults.ToTyped(exception) is { } typed => From(typed),
        BadHttpRequestException { StatusCode: 413 } => Problem(413, DataPlaneErrorCodes.UploadTooLarge, "Upload too large", exception),
        BadHttpRequestException { StatusCode: 408 } => Problem(408, DataPlaneErrorCodes.UploadTooSlow, "Upload too slow", exception),
        BadHttpRequestException => Problem(400, DataPlaneErrorCodes.BadRequest, "Bad request", exception),
        _ => new DataPlaneProblem { Status = 500, Code = DataPlaneErrorCodes.Internal, Title = "Internal error", Detail = "The silo failed; its log says more." },
    };

    private static DataPlaneProblem Problem(int status, string code, string title, Exception exception) =>
        new() { Status = status, Code = code, Title = title, Detail = exception.Message };

    private static string Text(Cid cid) => cid.ToString();
}
