using System.Globalization;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tickets;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary><c>GET /ipfs/{cid}[/path]</c>: a CAR or a raw block.</summary>
internal sealed class ContentHandler(
    IpfsNode node, ContentReads reads, TicketService tickets, TouchAggregator touches, ReadGate gate)
{
    /// <summary>Answers, or throws before the response has started. What breaks later ends the connection: a response cut short must not look whole.</summary>
    /// <returns>The bytes of the body.</returns>
    public async Task<long> HandleAsync(HttpContext context, string rawTarget)
    {
        var path = RequestPath.Parse(rawTarget);
        var ticket = await VerifyAsync(context, path);
        var format = ContentFormats.Choose(context.Request);
        using var lease = gate.Enter();
        var query = EntityQuery.Parse(path, context.Request.Query);
        if (ticket.Scope == TicketScope.Block && !query.IsRootBlockAlone(format))
            throw DataPlaneRefusals.Ticket(TicketFault.WrongRoot);

        await using var read = reads.Open(path.Root, ticket.Scope);
        var sent = format == ContentFormat.Raw
            ? await RawBlockResponse.WriteAsync(context, await ReadBlockAsync(read, query, context.RequestAborted))
            : await WriteCarAsync(context, read, query);
        node.Counters.AddRead(sent);
        if (!query.Continues)
            touches.Record(path.Root, sent);
        return sent;
    }

    private async Task<Ticket> VerifyAsync(HttpContext context, IpfsPath path)
    {
        if (context.Request.Headers[DataPlaneProtocol.TicketHeader] is not [{ Length: > 0 } text])
            throw DataPlaneRefusals.TicketMissing();
        var verification = await tickets.VerifyReadAsync(text, node.PeerId, path.Root, context.RequestAborted);
        return verification.IsValid ? verification.Ticket : throw DataPlaneRefusals.Ticket(verification.Fault);
    }

    private static async Task<Block> ReadBlockAsync(ContentRead read, EntityQuery query, CancellationToken cancellationToken)
    {
        var resolved = await read.Streamer.ResolveAsync(query, cancellationToken);
        return await read.Blocks.GetRequiredAsync(resolved.Cid, cancellationToken);
    }

    private static async Task<long> WriteCarAsync(HttpContext context, ContentRead read, EntityQuery query)
    {
        // Path and first block come before the head of the response, so that what is not here is a 404.
        var resolved = await read.Streamer.ResolveAsync(query, context.RequestAborted);
        await using var blocks = read.Streamer.StreamAsync(resolved, query, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        var more = await blocks.MoveNextAsync();
        var response = context.Response;
        response.ContentType = CarParameters.ContentType(query.Export.Duplicates);
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"W/\"{resolved.Cid}.car\"");
        var writer = await CarWriter.CreateAsync(response.Body, [resolved.Cid], leaveOpen: true, context.RequestAborted);
        try
        {
            for (; more; more = await blocks.MoveNextAsync())
            {
                using var block = blocks.Current;
                await writer.WriteAsync(block, context.RequestAborted);
            }
        }
        catch
        {
            writer.Abandon();
            await writer.DisposeAsync();
            throw;
        }

        await writer.DisposeAsync();
        return writer.BytesWritten;
    }
}
