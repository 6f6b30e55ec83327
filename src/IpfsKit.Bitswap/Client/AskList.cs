namespace IpfsKit.Bitswap.Client;

/// <summary>What a peer has not answered yet, the oldest first. Links the asks themselves, so that it allocates nothing.</summary>
internal sealed class AskList
{
    /// <summary>The oldest.</summary>
    public PeerAsk? First { get; private set; }

    /// <summary>The newest.</summary>
    public PeerAsk? Last { get; private set; }

    /// <summary>Adds the newest.</summary>
    public void Add(PeerAsk ask)
    {
        (ask.Previous, ask.Next) = (Last, null);
        if (Last is null)
            First = ask;
        else
            Last.Next = ask;
        Last = ask;
    }

    /// <summary>Removes one of the list.</summary>
    public void Remove(PeerAsk ask)
    {
        if (ask.Previous is null)
            First = ask.Next;
        else
            ask.Previous.Next = ask.Next;
        if (ask.Next is null)
            Last = ask.Previous;
        else
            ask.Next.Previous = ask.Previous;
        (ask.Previous, ask.Next) = (null, null);
    }
}
