namespace IpfsKit.Libp2p.Negotiation;

/// <summary>What a dialer sends before it knows the answer: the header and the one protocol that it proposes. The listener answers with the same bytes. Immutable; kept by who opens many streams.</summary>
internal sealed class MultistreamProposal
{
    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">The protocol cannot be a line.</exception>
    public MultistreamProposal(string protocol)
    {
        MultistreamCodec.ThrowIfNoProtocol(protocol);
        Protocol = protocol;
        _bytes = new byte[MultistreamCodec.Header.Length + MultistreamCodec.GetLineBytes(protocol)];
        MultistreamCodec.Header.CopyTo(_bytes);
        MultistreamCodec.WriteLine(_bytes.AsSpan(MultistreamCodec.Header.Length), protocol);
    }

    public string Protocol { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Compares the next part of an answer.</summary>
    /// <param name="matched">The bytes that have come before; moved on.</param>
    /// <param name="part">No longer than what is missing.</param>
    /// <exception cref="NegotiationFailedException">It is another answer.</exception>
    public void Match(ref int matched, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
            throw Failure("The other side ended before it answered.");
        var same = part.CommonPrefixLength(_bytes.AsSpan(matched));
        if (same < part.Length)
        {
            var isRefusal = matched + same == MultistreamCodec.Header.Length && part[same] == MultistreamCodec.NotAvailable[0];
            throw Failure(isRefusal ? "The other side does not speak it." : "The other side answers with something else.");
        }

        matched += part.Length;
    }

    private NegotiationFailedException Failure(string reason) => new(reason, [Protocol]);
}
