using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing;

/// <summary>A connection that carries many streams. Thread-safe.</summary>
internal interface IMuxedConnection : IAsyncDisposable
{
    /// <summary>Who is at the other end.</summary>
    SecureSession Session { get; }

    /// <summary>The streams that are open.</summary>
    int StreamCount { get; }

    /// <summary>The last measured time of a round trip; zero before the first.</summary>
    TimeSpan RoundTripTime { get; }

    /// <summary>Whether no stream can be opened any more: either side has said goodbye, or the connection has ended.</summary>
    bool IsClosing { get; }

    /// <summary>Completes when the connection has ended, with the reason, or null if one of the sides has closed it in order. Never faults.</summary>
    Task<Exception?> Closed { get; }

    /// <summary>Opens a stream. Nothing is sent before its first byte. While there are as many as the other side may be expected to accept at once it waits, in turn, until one is accepted or ends.</summary>
    /// <exception cref="ConnectionClosedException">The connection has ended, or takes no new streams.</exception>
    /// <exception cref="ResourceLimitExceededException">Too many wait, it has waited for too long, or there is no memory.</exception>
    ValueTask<IMuxedStream> OpenStreamAsync(CancellationToken cancellationToken);

    /// <summary>The next stream that the other side opened; null once the connection has ended.</summary>
    ValueTask<IMuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken);

    /// <summary>Measures a round trip.</summary>
    ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken);

    /// <summary>Tells the other side that no streams come any more, and closes once what was written has been sent.</summary>
    ValueTask CloseAsync(CancellationToken cancellationToken);

    /// <summary>Ends it at once; every stream fails with the reason. From any thread, any number of times.</summary>
    void Abort(Exception? reason = null);
}
