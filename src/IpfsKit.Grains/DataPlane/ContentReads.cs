using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Tickets;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.DataPlane;

/// <summary>Opens reads of content, be it here or elsewhere.</summary>
internal sealed class ContentReads(ContentExchange exchange, IOptions<IpfsKitOptions> options)
{
    private const int LocalReadAhead = 4;
    private const int RemoteReadAhead = 64;

    /// <summary>Begins a read for one request.</summary>
    public ContentRead Open(Cid root, TicketScope scope)
    {
        var reader = exchange.OpenReader(root, isRoot: scope != TicketScope.Unregistered);
        return new ContentRead(reader, new EntityStreamer(reader, options.Value.DataPlane.MaxTreeDepth, () => reader.IsRemote ? RemoteReadAhead : LocalReadAhead));
    }
}

/// <summary>One read. Disposing ends what is asked of others.</summary>
/// <param name="Blocks">The blocks.</param>
/// <param name="Streamer">Their order.</param>
internal sealed record ContentRead(ContentReader Blocks, EntityStreamer Streamer) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Blocks.DisposeAsync();
}
