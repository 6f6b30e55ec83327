using System.Text.Json;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tickets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IpfsKit.Grains.DataPlane;

/// <summary>What all uploads have in common: ticket, bounds, the ingest that keeps blocks from the collector, and the outcome.</summary>
internal sealed class UploadHandler(
    IpfsNode node, TicketService tickets, ContentRegistrar registrar, UploadOutcomes outcomes, DataPlaneOptions options)
{
    private readonly ConcurrencyGate _gate = new(options.MaxConcurrentUploads);

    /// <summary>Runs an upload and answers with its receipt.</summary>
    /// <param name="context">The request.</param>
    /// <param name="upload">Stores and registers the body; its exceptions become problems.</param>
    /// <returns>The bytes of the body.</returns>
    public async Task<long> HandleAsync(HttpContext context, Func<HttpContext, ContentIngest, Task<UploadReceipt>> upload)
    {
        // Everything that can be refused is refused before the first byte is read: a client that sent Expect: 100-continue still has its source.
        var ticket = await VerifyAsync(context);
        var limit = Math.Min(ticket.MaxBytes, options.MaxUploadBytes);
        if (context.Request.ContentLength > limit)
            throw new UploadTooLargeException(limit);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } maximum)
            maximum.MaxRequestBodySize = limit == long.MaxValue ? null : limit;
        using var lease = _gate.TryEnter() ?? throw new NodeBusyException("Too many uploads at once.", options.RetryAfter);

        var entry = outcomes.Begin(ticket.Upload);
        var body = new CountingStream(context.Request.Body);
        context.Request.Body = body;
        try
        {
            UploadReceipt receipt;
            await using (var ingest = registrar.Begin())
                receipt = await upload(context, ingest);
            entry.Complete(new UploadOutcome(receipt, null));
            node.Counters.AddUpload(body.BytesRead);
            await WriteAsync(context, receipt);
            return body.BytesRead;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var tooLarge = new UploadTooLargeException(limit);
            entry.Complete(new UploadOutcome(null, DataPlaneProblems.From(tooLarge)));
            throw tooLarge;
        }
        catch (Exception exception)
        {
            // A client that went away has no outcome to ask for: it would only learn that it went away.
            var problem = body.WasBrokenOff || exception is OperationCanceledException
                ? DataPlaneProblems.From(DataPlaneRefusals.UploadUnknown())
                : DataPlaneProblems.From(exception);
            entry.Complete(new UploadOutcome(null, problem));
            throw;
        }
    }

    /// <summary><c>GET /upload</c>: waits for an upload that is still running, then answers as it did or would have.</summary>
    public async Task HandleOutcomeAsync(HttpContext context)
    {
        var ticket = await VerifyAsync(context);
        var entry = outcomes.Find(ticket.Upload) ?? throw DataPlaneRefusals.UploadUnknown();
        var outcome = await entry.Completion.WaitAsync(context.RequestAborted);
        if (outcome.Receipt is { } receipt)
            await WriteAsync(context, receipt);
        else
            await HttpProblemWriter.WriteAsync(context, outcome.Problem!, options.RetryAfter);
    }

    private static async Task WriteAsync(HttpContext context, UploadReceipt receipt)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, UploadReceipt.JsonType);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private async Task<Ticket> VerifyAsync(HttpContext context)
    {
        if (context.Request.Headers[DataPlaneProtocol.TicketHeader] is not [{ Length: > 0 } text])
            throw DataPlaneRefusals.TicketMissing();
        var verification = await tickets.VerifyUploadAsync(text, node.PeerId, context.RequestAborted);
        return verification.IsValid ? verification.Ticket : throw DataPlaneRefusals.Ticket(verification.Fault);
    }
}
