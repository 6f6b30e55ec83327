namespace IpfsKit.Bitswap.Client;

/// <summary>Wants of a session in an order. Links the wants themselves, so that it allocates nothing and removes in constant time.</summary>
internal sealed class WantList
{
    /// <summary>The first.</summary>
    public SessionWant? First { get; private set; }

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    private SessionWant? Last { get; set; }

    /// <summary>Puts a want at the end, out of the list that it is in.</summary>
    public void AddLast(SessionWant want)
    {
        want.List?.Remove(want);
        (want.List, want.Previous, want.Next) = (this, Last, null);
        if (Last is null)
            First = want;
        else
            Last.Next = want;
        Last = want;
        Count++;
    }

    /// <summary>Puts a want first, out of the list that it is in.</summary>
    public void AddFirst(SessionWant want)
    {
        want.List?.Remove(want);
        (want.List, want.Previous, want.Next) = (this, null, First);
        if (First is null)
            Last = want;
        else
            First.Previous = want;
        First = want;
        Count++;
    }

    /// <summary>Removes a want of the list.</summary>
    public void Remove(SessionWant want)
    {
        if (want.Previous is null)
            First = want.Next;
        else
            want.Previous.Next = want.Next;
        if (want.Next is null)
            Last = want.Previous;
        else
            want.Next.Previous = want.Previous;
        (want.List, want.Previous, want.Next) = (null, null, null);
        Count--;
    }
}
