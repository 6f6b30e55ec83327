using System.Net;
using System.Text.Json;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.DataPlane;

/// <summary>From the error codes of the data plane back to typed exceptions; the other direction is <c>DataPlaneProblems</c> of the silo.</summary>
internal static class DataPlaneErrors
{
    private const int MaxProblemBytes = 64 << 10;
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>What a response says that is no success.</summary>
    public static async Task<Exception> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        DataPlaneProblem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == DataPlaneProtocol.ProblemMediaType)
        {
            try
            {
                await response.Content.LoadIntoBufferAsync(MaxProblemBytes, cancellationToken).ConfigureAwait(false);
                var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                problem = JsonSerializer.Deserialize(body, DataPlaneProblem.JsonType);
            }
            catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
            {
                return new DataPlaneException(
                    DataPlaneErrorCodes.Internal, $"The silo answered {(int)response.StatusCode} with a problem that cannot be read.", (int)response.StatusCode, exception);
            }
        }

        return problem is null
            ? new DataPlaneException(CodeOf(response.StatusCode), $"The silo answered {(int)response.StatusCode} {response.ReasonPhrase}.", (int)response.StatusCode)
            : ToException(problem, RetryAfter(response));
    }

    /// <summary>The exception of a problem.</summary>
    public static Exception ToException(DataPlaneProblem problem, TimeSpan? retryAfter = null)
    {
        var detail = problem.Detail ?? problem.Title ?? problem.Code;
        var cid = Cid.TryParse(problem.Cid, out var parsed) ? parsed : (Cid?)null;
        Exception? typed = problem.Code switch
        {
            DataPlaneErrorCodes.StateUnavailable => new StateUnavailableException(detail),
            DataPlaneErrorCodes.Busy => new NodeBusyException(detail, retryAfter ?? DefaultRetryAfter),
            DataPlaneErrorCodes.UploadTooLarge => new UploadTooLargeException(problem.Limit ?? 0),
            DataPlaneErrorCodes.StorageFull => problem is { Path: { } store, Segment: { } limit }
                ? new StorageFullException(store, limit, problem.Limit ?? 0, problem.Size ?? 0)
                : new InsufficientStorageException(detail),
            DataPlaneErrorCodes.InvalidCar => new CarFormatException(problem.Size ?? 0, problem.Segment ?? detail),
            DataPlaneErrorCodes.InvalidName => new UnixFsNameException(problem.Path ?? "", problem.Segment ?? detail),
            DataPlaneErrorCodes.InvalidEntry => new UnixFsSourceException(problem.Path ?? "", problem.Segment ?? detail),
            DataPlaneErrorCodes.InvalidUnixFs => cid is { } node
                ? new UnixFsException(node, problem.Segment ?? detail)
                : new UnixFsException(problem.Segment ?? detail),
            DataPlaneErrorCodes.InvalidBlock when problem.Value is { } codec => new CodecException((Multicodec)codec, problem.Segment ?? detail),
            DataPlaneErrorCodes.UnsupportedCodec when problem.Value is { } codec => new UnsupportedCodecException((Multicodec)codec),
            DataPlaneErrorCodes.UnsupportedHash when problem.Value is { } hash => problem.Size is { } length
                ? new UnsupportedHashException((Multicodec)hash, (int)length)
                : new UnsupportedHashException((Multicodec)hash),
            DataPlaneErrorCodes.PathNotFound when Cid.TryParse(problem.At, out var at) =>
                new PathNotFoundException(problem.Path ?? "", problem.Segment ?? "", at),
            _ => cid is { } about ? AboutCid(problem, about) : null,
        };
        return typed ?? new DataPlaneException(problem.Code, detail, problem.Status);
    }

    private static Exception? AboutCid(DataPlaneProblem problem, Cid cid) => problem.Code switch
    {
        DataPlaneErrorCodes.ContentNotFound => new ContentNotFoundException(cid),
        DataPlaneErrorCodes.FetchTimeout => new ContentTimeoutException(cid, TimeSpan.FromMilliseconds(problem.Value ?? 0), (int)(problem.Size ?? 0)),
        DataPlaneErrorCodes.FetchTooLarge => new FetchTooLargeException(cid, problem.Limit ?? 0),
        DataPlaneErrorCodes.BlockTooLarge => new BlockTooLargeException(cid, problem.Size ?? 0, problem.Limit ?? 0),
        DataPlaneErrorCodes.BlockIntegrity => new BlockIntegrityException(cid),
        DataPlaneErrorCodes.UnixFsType => new UnixFsTypeException(cid, problem.Path ?? "", problem.Segment ?? ""),
        DataPlaneErrorCodes.TraversalLimit => new TraversalLimitException(cid, problem.Segment ?? "", problem.Limit ?? 0),
        DataPlaneErrorCodes.IncompleteDag when Cid.TryParse(problem.Missing, out var missing) => new IncompleteDagException(cid, missing),
        DataPlaneErrorCodes.WriteConcernNotMet => new WriteConcernNotMetException(cid, (int)(problem.Size ?? 0), (int)(problem.Limit ?? 0)),
        _ => null,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    private static string CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => DataPlaneErrorCodes.Busy,
        HttpStatusCode.NotFound => DataPlaneErrorCodes.NoSuchEndpoint,
        HttpStatusCode.RequestEntityTooLarge => DataPlaneErrorCodes.UploadTooLarge,
        HttpStatusCode.RequestTimeout => DataPlaneErrorCodes.UploadTooSlow,
        HttpStatusCode.BadRequest => DataPlaneErrorCodes.BadRequest,
        _ => DataPlaneErrorCodes.Internal,
    };
}
