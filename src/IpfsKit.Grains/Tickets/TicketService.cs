using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tickets;

/// <summary>Issues and verifies the tickets of the data plane. One per silo; all members may be called concurrently.</summary>
/// <remarks>
/// Any silo may issue a ticket for any other: they share keys through <see cref="ITicketKeySource"/>. Keys are cached, so that a request costs one HMAC and no call. A stale cache goes on
/// being used while the source is down, as long as its keys verify: content that is here stays readable. Tickets are bearer tokens; they are neither logged nor used as metric tags.
/// </remarks>
internal sealed class TicketService(ITicketKeySource source, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile KeyRing? _ring;

    /// <summary>Leave to read below a root on one silo.</summary>
    public ValueTask<IssuedTicket> IssueReadAsync(PeerId silo, Cid root, TicketScope scope = TicketScope.Dag, CancellationToken cancellationToken = default) =>
        IssueAsync(new Ticket { Silo = silo, Operation = TicketOperation.Read, Root = root.ToV1(), Scope = scope, ExpiresAt = NewExpiry() }, cancellationToken);

    /// <summary>Leave to send one upload of at most <paramref name="maxBytes"/> bytes to one silo.</summary>
    public ValueTask<IssuedTicket> IssueUploadAsync(PeerId silo, long maxBytes, CancellationToken cancellationToken = default) =>
        IssueAsync(new Ticket { Silo = silo, Operation = TicketOperation.Upload, Upload = Guid.NewGuid(), MaxBytes = maxBytes, ExpiresAt = NewExpiry() }, cancellationToken);

    /// <summary>Checks a read ticket that was shown to <paramref name="silo"/> for <paramref name="root"/>, in either version of the CID.</summary>
    public ValueTask<TicketVerification> VerifyReadAsync(string? text, PeerId silo, Cid root, CancellationToken cancellationToken = default) =>
        VerifyAsync(text, silo, TicketOperation.Read, root.ToV1(), cancellationToken);

    /// <summary>Checks an upload ticket that was shown to <paramref name="silo"/>.</summary>
    public ValueTask<TicketVerification> VerifyUploadAsync(string? text, PeerId silo, CancellationToken cancellationToken = default) =>
        VerifyAsync(text, silo, TicketOperation.Upload, default, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _fetching.Dispose();

    private DateTimeOffset NewExpiry() => time.GetUtcNow() + TicketLifetimes.Ticket;

    private async ValueTask<IssuedTicket> IssueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var ring = _ring is { } cached && !cached.IsStale(time.GetUtcNow()) ? cached : await FetchAsync(_ring, cancellationToken);
        var key = ring.Newest;
        return new IssuedTicket(TicketCodec.Encode(ticket, key.Id, key.Secret), ticket.ExpiresAt);
    }

    private async ValueTask<TicketVerification> VerifyAsync(string? text, PeerId silo, TicketOperation operation, Cid root, CancellationToken cancellationToken)
    {
        if (!TicketCodec.TryReadKeyId(text, out var keyId))
            return new(null, TicketFault.Malformed);
        var now = time.GetUtcNow();
        var ring = _ring ?? await FetchAsync(null, cancellationToken);
        var key = ring.Find(keyId, now);
        if (key is null && ring.MayHaveMissed(keyId, now))
            key = (await FetchAsync(ring, cancellationToken)).Find(keyId, now);
        if (key is null)
            return new(null, TicketFault.Forged);

        var fault = TicketCodec.TryDecode(text, key.Secret, out var ticket);
        if (fault == TicketFault.None)
            fault = Check(ticket!, silo, operation, root, now);
        return new(fault == TicketFault.None ? ticket : null, fault);
    }

    private static TicketFault Check(Ticket ticket, PeerId silo, TicketOperation operation, Cid root, DateTimeOffset now) =>
        ticket.ExpiresAt <= now ? TicketFault.Expired
        : ticket.Silo != silo ? TicketFault.WrongSilo
        : ticket.Operation != operation ? TicketFault.WrongOperation
        : ticket.Root != root ? TicketFault.WrongRoot
        : TicketFault.None;

    /// <summary>Asks the source once, however many requests wait; answers the old ring if the source is down and the ring can still sign.</summary>
    private async ValueTask<KeyRing> FetchAsync(KeyRing? seen, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (_ring is { } current && current != seen)
                return current;
            var now = time.GetUtcNow();
            try
            {
                return _ring = new KeyRing(await source.GetKeysAsync(cancellationToken), now);
            }
            catch (Exception e) when (e is not OperationCanceledException && seen is not null && seen.CanSign(now))
            {
                return _ring = seen.Retry(now);
            }
        }
        finally
        {
            _fetching.Release();
        }
    }
}
