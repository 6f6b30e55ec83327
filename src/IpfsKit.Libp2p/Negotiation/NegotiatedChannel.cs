using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A secure channel whose muxer was proposed and not yet agreed on: the proposal goes before the muxer's first frames, and the first read checks the answer.</summary>
/// <remarks>The proposal is sealed when this is made, so make it before anything else seals. A refusal is a <see cref="NegotiationFailedException"/> of the read.</remarks>
internal sealed class NegotiatedChannel(ISecureChannel channel, MultistreamProposal proposal) : ISecureChannel
{
    private readonly byte[] _sealedProposal = SealedFrame.Create(channel.Sealer, proposal.Bytes.Span);
    private readonly SemaphoreSlim _proposing = new(1);
    private volatile bool _isProposed;
    private bool _isAnswered;
    private int _matched;

    public SecureSession Session => channel.Session;

    public IFrameSealer Sealer => channel.Sealer;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) => _isAnswered ? channel.ReadAsync(cancellationToken) : ReadFirstAsync(cancellationToken);

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) =>
        _isProposed ? channel.SendAsync(frames, cancellationToken) : SendFirstAsync(frames, cancellationToken);

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (!_isProposed)
            await SendFirstAsync(default, cancellationToken).ConfigureAwait(false);
        await channel.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Abort() => channel.Abort();

    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private async ValueTask<ReadOnlyMemory<byte>> ReadFirstAsync(CancellationToken cancellationToken)
    {
        if (!_isProposed)
            await SendFirstAsync(default, cancellationToken).ConfigureAwait(false);
        var expected = proposal.Bytes.Length;
        while (true)
        {
            var segment = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            var part = Math.Min(segment.Length, expected - _matched);
            proposal.Match(ref _matched, segment.Span[..part]);
            if (_matched < expected)
                continue;
            _isAnswered = true;
            // An empty segment would say that the channel has ended.
            return part < segment.Length ? segment[part..] : await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SendFirstAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        await _proposing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isProposed)
            {
                await channel.SendAsync(_sealedProposal, cancellationToken).ConfigureAwait(false);
                _isProposed = true;
            }

            if (!frames.IsEmpty)
                await channel.SendAsync(frames, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _proposing.Release();
        }
    }
}
