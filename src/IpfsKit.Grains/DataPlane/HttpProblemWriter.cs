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
        context.Response.Clear();
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = DataPlaneProtocol.ProblemMediaType;
        context.Response.ContentLength = body.Length;
        if (problem.Status is 503 or 429)
            context.Response.Headers.RetryAfter = ((long)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
