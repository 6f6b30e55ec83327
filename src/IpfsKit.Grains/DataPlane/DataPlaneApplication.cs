using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Routes requests to their handlers, and is the one place where exceptions become responses.</summary>
internal sealed partial class DataPlaneApplication(
    ContentHandler content,
    UploadHandler uploads,
    AddHandler add,
    ImportHandler import,
    DataPlaneInstruments instruments,
    DataPlaneOptions options,
    ILogger<DataPlaneApplication> logger) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var operation = DataPlaneOperation.Other;
        var start = Stopwatch.GetTimestamp();
        var bytes = 0L;
        var outcome = DataPlaneOutcome.Done;
        try
        {
            (operation, bytes) = await RouteAsync(context);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException or ConnectionAbortedException)
        {
            // The client has gone, or was too slow to take its response; there is nobody to answer.
            outcome = DataPlaneOutcome.Aborted;
            LogAborted(logger, context.Request.Method, context.Request.Path, exception.Message);
            context.Abort();
        }
        catch (Exception exception) when (context.Response.HasStarted)
        {
            outcome = DataPlaneOutcome.Failed;
            LogBrokenOff(logger, context.Request.Method, context.Request.Path, exception);
            context.Abort();
        }
        catch (Exception exception)
        {
            outcome = await AnswerAsync(context, exception);
        }
        finally
        {
            instruments.AddRequest(operation, outcome, bytes, Stopwatch.GetElapsedTime(start));
        }
    }

    private async Task<(DataPlaneOperation Operation, long Bytes)> RouteAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (isGet && RequestPath.IsContent(target))
            return (DataPlaneOperation.Read, await content.HandleAsync(context, target));
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("POST", "/" + DataPlaneProtocol.AddPath):
                return (DataPlaneOperation.Add, await uploads.HandleAsync(context, add.HandleAsync));
            case ("POST", "/" + DataPlaneProtocol.ImportPath):
                return (DataPlaneOperation.Import, await uploads.HandleAsync(context, import.HandleAsync));
            case ("GET", "/" + DataPlaneProtocol.UploadOutcomePath):
                await uploads.HandleOutcomeAsync(context);
                return (DataPlaneOperation.Other, 0);
            default:
                throw DataPlaneRefusals.NoSuchEndpoint(context.Request.Method, context.Request.Path.Value ?? "");
        }
    }

    private async Task<DataPlaneOutcome> AnswerAsync(HttpContext context, Exception exception)
    {
        var problem = DataPlaneProblems.From(exception);
        if (problem.Code == DataPlaneErrorCodes.Internal)
            LogFailed(logger, context.Request.Method, context.Request.Path, exception);
        else
            LogRefused(logger, context.Request.Method, context.Request.Path, problem.Code, exception.Message);
        try
        {
            await HttpProblemWriter.WriteAsync(context, problem, (exception as NodeBusyException)?.RetryAfter ?? options.RetryAfter);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away while it was told why.
            LogAborted(logger, context.Request.Method, context.Request.Path, e.Message);
        }

        return problem.Status < 500 ? DataPlaneOutcome.Refused : problem.Status == 503 ? DataPlaneOutcome.Busy : DataPlaneOutcome.Failed;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} was refused: {Code}, {Reason}")]
    private static partial void LogRefused(ILogger logger, string method, PathString path, string code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} was given up by the client: {Reason}")]
    private static partial void LogAborted(ILogger logger, string method, PathString path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} broke off after the response had begun.")]
    private static partial void LogBrokenOff(ILogger logger, string method, PathString path, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, string method, PathString path, Exception exception);
}
