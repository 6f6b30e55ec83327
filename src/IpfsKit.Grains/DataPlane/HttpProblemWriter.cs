using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Writes an error as <c>application/problem+json</c>.</summary>
internal static class HttpProblemWriter
{
    public static async Task WriteAsync(HttpContext context, DataPlaneProblem problem, TimeSpan retryAfter)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, DataPlaneProblem.JsonType);
        // Of what a handler has set, only this belongs to an error, too.
        var range = context.Response.Headers.ContentRange;
        context.Response.Clear();
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = DataPlaneProtocol.ProblemMediaType;
        context.Response.ContentLength = body.Length;
        if (problem.Status == StatusCodes.Status416RangeNotSatisfiable)
            context.Response.Headers.ContentRange = range;
        if (problem.Status is 503 or 429)
            context.Response.Headers.RetryAfter = ((long)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
