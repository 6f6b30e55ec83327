namespace IpfsKit.Bitswap.Server;

/// <summary>Which of two peers is served first.</summary>
/// <remarks>
/// The first difference decides: who was never served, or not for ten seconds; who has fewer messages under way; who waits for less, counted up to 16; who was served longer ago; a hash that is salted for each process.
/// Peers without work take no part.
/// <para><b>Discrepancies.</b> As boxo (<see href="https://github.com/ipfs/boxo/pull/1143"/>), but for two: there the peer with <em>more</em> work wins, here the one with less, so that somebody who needs one block does not wait behind those who always
/// want many; and there equal peers are told apart by the hash alone, so that one of them may get everything until the other has waited ten seconds, while here they take turns.</para>
/// </remarks>
internal static class PeerOrder
{
    /// <summary>After how long without blocks a peer goes before the others.</summary>
    public static readonly TimeSpan StarvedAfter = TimeSpan.FromSeconds(10);

    private const int CountedPending = 16;

    /// <summary>Whether one goes before the other.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <param name="starvedBefore">Who was last served before this timestamp is starved.</param>
    public static bool IsBefore(ServedPeer left, ServedPeer right, long starvedBefore)
    {
        var leftStarved = left.ServedAt is not { } leftServed || leftServed < starvedBefore;
        var rightStarved = right.ServedAt is not { } rightServed || rightServed < starvedBefore;
        if (leftStarved != rightStarved)
            return leftStarved;
        if (left.Sending.Count != right.Sending.Count)
            return left.Sending.Count < right.Sending.Count;
        var leftPending = Math.Min(left.Pending, CountedPending);
        var rightPending = Math.Min(right.Pending, CountedPending);
        if (leftPending != rightPending)
            return leftPending < rightPending;
        if (left.ServedAt != right.ServedAt)
            return (left.ServedAt ?? long.MinValue) < (right.ServedAt ?? long.MinValue);
        return left.Salt < right.Salt;
    }
}
