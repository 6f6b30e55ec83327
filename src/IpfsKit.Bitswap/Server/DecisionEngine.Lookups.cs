using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <content>Wants that are looked for in the store.</content>
internal sealed partial class DecisionEngine
{
    /// <summary>Takes wants of one peer that have to be looked for; the peers take turns.</summary>
    /// <param name="batch">Gets them; empty if there are none.</param>
    /// <param name="most">At most how many.</param>
    /// <returns>What <see cref="Resolve"/> needs to know: how many blocks had come when the lookup began.</returns>
    public long TakeAsked(List<Want> batch, int most)
    {
        lock (_lock)
        {
            while (batch.Count == 0 && _ring.TryDequeue(out var peer))
            {
                while (peer.Asked.Count > 0 && batch.Count < most)
                {
                    var want = peer.Asked.Pop();
                    want.State = WantState.Looking;
                    batch.Add(want);
                }

                peer.IsInRing = peer.Asked.Count > 0 && peer.IsHere;
                if (peer.IsInRing)
                    _ring.Enqueue(peer);
            }

            return _notifications;
        }
    }

    /// <summary>Says what lookups found.</summary>
    /// <param name="batch">The wants.</param>
    /// <param name="findings">What was found of each.</param>
    /// <param name="notifications">What <see cref="TakeAsked"/> returned.</param>
    public void Resolve(List<Want> batch, ReadOnlySpan<Finding> findings, long notifications)
    {
        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var want = batch[i];
                if (want.State != WantState.Looking)
                    continue;
                want.IsDenied = !findings[i].IsAllowed;
                if (want.IsDenied)
                    Deny(want);
                else if (findings[i].Size is { } size and <= BlockLimits.MaxBlockBytes)
                    Answer(want, size, findings[i].Class);
                else
                    Miss(want, notifications);
            }
        }
    }

    /// <summary>Blocks have come: who waits for them is answered.</summary>
    /// <returns>Whether something has to be looked for.</returns>
    public bool Notify(IReadOnlyList<Cid> cids)
    {
        for (var start = 0; start < cids.Count; start += ChunkEntries)
        {
            lock (_lock)
            {
                _notifications++;
                var end = Math.Min(cids.Count, start + ChunkEntries);
                for (var i = start; i < end; i++)
                {
                    for (var want = _waiting.First(cids[i].Hash); want is not null; want = want.NextWaiter)
                        Wake(want);
                }
            }
        }

        lock (_lock)
            return _ring.Count > 0;
    }

    private void Wake(Want want)
    {
        switch (want.State)
        {
            case WantState.Waiting:
                Ask(want);
                break;
            case WantState.Queued when want.Answer == WantAnswer.DontHave:
                _sends.Withdraw(want);
                Ask(want);
                break;
            case WantState.Looking:
            case WantState.Sending when want.Answer == WantAnswer.DontHave:
                want.IsRenewed = true;
                break;
        }
    }

    private void Deny(Want want)
    {
        TakeFromIndex(want);
        if (want.SendDontHave && want.Peer.HasPresences)
            Send(want, WantAnswer.DontHave);
        else
            Remove(want);
    }

    private void Answer(Want want, int size, ServiceClass serviceClass)
    {
        TakeFromIndex(want);
        want.Bytes = size;
        want.Class = serviceClass;
        Send(want, want.Kind == WantKind.Block || size <= options.InlineBlockBytes ? WantAnswer.Block : WantAnswer.Have);
    }

    private void Miss(Want want, long notifications)
    {
        var mayHaveCome = want.IsRenewed;
        if (!want.IsIndexed)
        {
            PutIntoIndex(want);
            mayHaveCome = notifications != _notifications;
        }

        if (mayHaveCome)
            Ask(want);
        else if (want.SendDontHave && !want.IsToldAbsent && want.Peer.HasPresences)
            Send(want, WantAnswer.DontHave);
        else
            want.State = WantState.Waiting;
    }

    private void Send(Want want, WantAnswer answer)
    {
        want.Answer = answer;
        _sends.Enqueue(want);
    }
}
