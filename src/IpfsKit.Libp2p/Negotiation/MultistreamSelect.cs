using System.Text;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Agrees on a protocol: the dialer proposes, the listener answers with the same line or with <c>na</c>.</summary>
/// <remarks>
/// <para>Deadlines are the callers'. What the other side does wrong is a <see cref="NegotiationFailedException"/>; the connection or stream is then of no use.</para>
/// <para><b>Optimistic.</b> Who proposes one protocol only need not wait: <see cref="NegotiatedStream"/>, <see cref="NegotiatedConnection"/> and <see cref="NegotiatedChannel"/> send the proposal with the first bytes and check
/// the answer at the first read.</para>
/// </remarks>
internal static class MultistreamSelect
{
    /// <summary>The most proposals of one negotiation, either way.</summary>
    public const int MaxProposals = 64;

    /// <summary>The longest list that is read as the answer to <c>ls</c>.</summary>
    public const int MaxListBytes = 64 * 1024;

    private static readonly byte[] HeaderLine = MultistreamCodec.Header.ToArray();
    private static readonly byte[] NotAvailableLine = MultistreamCodec.NotAvailable.ToArray();
    private static readonly byte[] ListRequest = [.. MultistreamCodec.Header, .. MultistreamCodec.List];

    /// <summary>Proposes protocols in their order until one is taken.</summary>
    /// <returns>The one that was.</returns>
    /// <exception cref="NegotiationFailedException">None was, or the other side does not follow the protocol.</exception>
    public static async ValueTask<string> SelectAsync(INegotiationChannel channel, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(protocols.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(protocols.Count, MaxProposals);
        // Given back when it is done; a read that fails may leave its buffer in use.
        var reader = new MultistreamLineReader(channel);
        // The header and the first proposal in one write; either side may speak at once.
        await channel.WriteAsync(new MultistreamProposal(protocols[0]).Bytes, cancellationToken).ConfigureAwait(false);
        var fault = await ReadHeaderAsync(reader, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < protocols.Count && fault is null; i++)
        {
            if (i > 0)
                await channel.WriteAsync(Line(protocols[i]), cancellationToken).ConfigureAwait(false);
            var answer = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (answer.HasSucceeded && IsText(answer.Value.Span, protocols[i]))
            {
                reader.Dispose();
                return protocols[i];
            }

            if (!answer.HasSucceeded)
                fault = answer.Failure;
            else if (!answer.Value.Span.SequenceEqual("na"u8))
                fault = new FormatException($"The other side answers with something else than {protocols[i]}.");
        }

        reader.Dispose();
        throw new NegotiationFailedException(fault?.Message ?? "The other side speaks none of them.", protocols, fault);
    }

    /// <summary>Answers proposals until one fits the table. Exact entries go before the others, then the order of the table decides.</summary>
    /// <exception cref="NegotiationFailedException">The other side gave up, proposed too often, or does not follow the protocol.</exception>
    public static async ValueTask<NegotiatedProtocol> HandleAsync(INegotiationChannel channel, IReadOnlyList<ProtocolMatcher> table, CancellationToken cancellationToken) =>
        (await TryHandleAsync(channel, table, cancellationToken).ConfigureAwait(false)).OrThrow();

    /// <inheritdoc cref="HandleAsync"/>
    /// <returns>What was agreed on, or the <see cref="NegotiationFailedException"/>. What the channel throws is thrown.</returns>
    public static async ValueTask<Attempt<NegotiatedProtocol>> TryHandleAsync(INegotiationChannel channel, IReadOnlyList<ProtocolMatcher> table, CancellationToken cancellationToken)
    {
        // Given back when it is done; a read that fails may leave its buffer in use.
        var reader = new MultistreamLineReader(channel);
        var fault = await ReadHeaderAsync(reader, cancellationToken).ConfigureAwait(false);
        // At once, and not with the answer: there are dialers that wait for it before they propose anything.
        if (fault is null)
            await channel.WriteAsync(HeaderLine, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < MaxProposals && fault is null; i++)
        {
            var line = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!line.HasSucceeded)
            {
                fault = line.Failure;
            }
            else if (line.Value.Span.SequenceEqual("ls"u8))
            {
                await channel.WriteAsync(MultistreamCodec.EncodeList(table.Select(matcher => matcher.Protocol)), cancellationToken).ConfigureAwait(false);
            }
            else if (Find(table, line.Value.Span) is { } agreed)
            {
                await channel.WriteAsync(Line(agreed.Protocol), cancellationToken).ConfigureAwait(false);
                reader.Dispose();
                return agreed;
            }
            else
            {
                await channel.WriteAsync(NotAvailableLine, cancellationToken).ConfigureAwait(false);
            }
        }

        reader.Dispose();
        fault ??= new FormatException($"The other side proposed {MaxProposals} protocols.");
        return new NegotiationFailedException(fault.Message, [.. table.Select(matcher => matcher.Protocol)], fault);
    }

    /// <summary>Asks for the protocols that the other side speaks. Nothing is agreed on; a negotiation may not follow on the same channel.</summary>
    /// <exception cref="NegotiationFailedException">The other side does not answer that, as many do not, or with more than <see cref="MaxListBytes"/>.</exception>
    public static async ValueTask<IReadOnlyList<string>> ListAsync(INegotiationChannel channel, CancellationToken cancellationToken)
    {
        using var reader = new MultistreamLineReader(channel);
        await channel.WriteAsync(ListRequest, cancellationToken).ConfigureAwait(false);
        var fault = await ReadHeaderAsync(reader, cancellationToken).ConfigureAwait(false);
        if (fault is null)
        {
            var body = await reader.ReadBlockAsync(MaxListBytes, cancellationToken).ConfigureAwait(false);
            if (body.HasSucceeded && MultistreamCodec.TryDecodeList(body.Value.Span) is { } protocols)
                return protocols;
            fault = body.Failure ?? new FormatException("The other side does not list its protocols.");
        }

        throw new NegotiationFailedException(fault.Message, ["ls"], fault);
    }

    /// <returns>What is wrong with it; null if nothing is.</returns>
    private static async ValueTask<Exception?> ReadHeaderAsync(MultistreamLineReader reader, CancellationToken cancellationToken)
    {
        var line = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!line.HasSucceeded)
            return line.Failure;
        return IsText(line.Value.Span, MultistreamCodec.Id) ? null : new FormatException($"The other side does not begin with {MultistreamCodec.Id}.");
    }

    private static NegotiatedProtocol? Find(IReadOnlyList<ProtocolMatcher> table, ReadOnlySpan<byte> line)
    {
        // What no line can say is not asked of predicates, which say yes to more than they mean.
        if (line.IsEmpty || line.Contains((byte)'\n'))
            return null;
        string? text = null;
        foreach (var matcher in table)
        {
            if (matcher.IsExact && IsText(line, matcher.Protocol))
                return new NegotiatedProtocol(matcher, matcher.Protocol);
        }

        foreach (var matcher in table)
        {
            if (!matcher.IsExact && Matches(matcher, text ??= Encoding.UTF8.GetString(line)) && IsText(line, text))
                return new NegotiatedProtocol(matcher, text);
        }

        return null;
    }

    private static bool Matches(ProtocolMatcher matcher, string text)
    {
        try
        {
            return matcher.Matches(text);
        }
        catch (Exception exception)
        {
            throw new NegotiationFailedException($"The predicate of {matcher.Protocol} failed.", [matcher.Protocol], exception);
        }
    }

    private static byte[] Line(string protocol)
    {
        MultistreamCodec.ThrowIfNoProtocol(protocol);
        var line = new byte[MultistreamCodec.GetLineBytes(protocol)];
        MultistreamCodec.WriteLine(line, protocol);
        return line;
    }

    // Without a string for every line that comes.
    private static bool IsText(ReadOnlySpan<byte> line, string text)
    {
        Span<byte> encoded = stackalloc byte[MultistreamCodec.MaxLineBytes];
        return Encoding.UTF8.TryGetBytes(text, encoded, out var length) && line.SequenceEqual(encoded[..length]);
    }
}
