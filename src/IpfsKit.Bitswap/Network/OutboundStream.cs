using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Network;

/// <summary>A stream on which this side sends messages. The other side has nothing to say on it but whether it takes the protocol, and its end.</summary>
/// <remarks>A reset is noticed when it comes, so that the next message goes to a new stream rather than to nobody. That the other side ends its own direction means nothing: js peers do so at once, and read on.</remarks>
internal sealed class OutboundStream(IProtocolStream stream, TimeProvider timeProvider)
{
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(5);

    private Task? _watching;
    private volatile bool _isUseless;

    /// <summary>What the other side understands.</summary>
    public BitswapVersion Version { get; } = BitswapProtocol.VersionOf(stream.Protocol) ?? throw new ArgumentException($"{stream.Protocol} is none of bitswap.", nameof(stream));

    /// <summary>Whether nothing can be sent on it any more.</summary>
    public bool IsUseless => _isUseless;

    /// <summary>Writes a message.</summary>
    /// <inheritdoc cref="MessageWriter.WriteAsync"/>
    public async ValueTask<int> WriteAsync(OutboundMessage message, CancellationToken cancellationToken)
    {
        var bytes = await MessageWriter.WriteAsync(stream, message, Version, cancellationToken).ConfigureAwait(false);
        // Not before: the stream's protocol is proposed with the first bytes, be they read for or written.
        _watching ??= WatchAsync();
        return bytes;
    }

    /// <summary>Ends it in order, and waits a while for the other side to have read everything.</summary>
    public async Task EndAsync()
    {
        using var timeout = new CancellationTokenSource(LingerTimeout, timeProvider);
        try
        {
            await stream.CompleteWritesAsync(timeout.Token).ConfigureAwait(false);
            if (_watching is { } watching)
                await watching.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            // It has ended otherwise, or the other side takes its time: either way nothing is left to do.
        }

        await AbandonAsync().ConfigureAwait(false);
    }

    /// <summary>Ends it at once.</summary>
    public void Reset()
    {
        _isUseless = true;
        stream.Reset();
    }

    /// <summary>Ends it, and gives back what it takes.</summary>
    public async ValueTask AbandonAsync()
    {
        _isUseless = true;
        await stream.DisposeAsync().ConfigureAwait(false);
        if (_watching is { } watching)
            await watching.ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        try
        {
            if (await stream.ReadAsync(new byte[1]).ConfigureAwait(false) == 0)
                return;
            // Whatever the peer means to say, nobody listens to it here.
            stream.Reset();
        }
        catch (Exception e) when (e is Libp2pException or ObjectDisposedException)
        {
            // The stream has ended, by either side; that is all there is to know.
        }

        _isUseless = true;
    }
}
