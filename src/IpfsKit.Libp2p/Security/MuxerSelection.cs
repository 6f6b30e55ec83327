namespace IpfsKit.Libp2p.Security;

/// <summary>Which muxer two sides take when the handshake tells each of them what the other speaks.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/connections/inlined-muxer-negotiation.md"/>.</remarks>
internal static class MuxerSelection
{
    /// <summary>The first of the initiator's that the responder speaks.</summary>
    /// <param name="initiator">Best first.</param>
    /// <param name="responder">Best first, which does not matter.</param>
    /// <param name="muxer">The muxer; null where one of the sides named none, and both negotiate afterwards.</param>
    /// <returns>False if both named some, and none in common: the connection is of no use.</returns>
    public static bool TrySelect(IReadOnlyList<string> initiator, IReadOnlyList<string> responder, out string? muxer)
    {
        muxer = null;
        if (initiator.Count == 0 || responder.Count == 0)
            return true;
        foreach (var candidate in initiator)
        {
            foreach (var spoken in responder)
            {
                if (string.Equals(candidate, spoken, StringComparison.Ordinal))
                {
                    muxer = candidate;
                    return true;
                }
            }
        }

        return false;
    }
}
