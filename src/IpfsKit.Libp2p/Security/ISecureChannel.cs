namespace IpfsKit.Libp2p.Security;

/// <summary>A connection to a peer who has proved who it is.</summary>
/// <remarks>
/// One read and one send may be under way at a time, beside each other. It owns the raw connection. While no bytes come it holds no buffer for them, and what it holds is reserved.
/// Every failure, a forged byte included, is a <see cref="ConnectionClosedException"/> and ends the channel. So does a reservation that is refused, with a <see cref="ResourceLimitExceededException"/> as the inner exception:
/// a connection that is not read from stops all of its streams, and what would free memory may be what nobody reads.
/// </remarks>
internal interface ISecureChannel : IAsyncDisposable
{
    /// <summary>Who is at the other end.</summary>
    SecureSession Session { get; }

    /// <summary>Seals what <see cref="SendAsync"/> sends.</summary>
    IFrameSealer Sealer { get; }

    /// <summary>The next plain bytes; empty at the end. They are the channel's, and valid until the next call.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Sends sealed frames, one or many, whole. The buffer is the caller's again when this completes.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken);

    /// <summary>Says that nothing more comes; reading goes on.</summary>
    ValueTask CompleteWritesAsync(CancellationToken cancellationToken);

    /// <summary>Closes at once, in the way that the other side sees as a failure. From any thread, any number of times.</summary>
    void Abort();
}
