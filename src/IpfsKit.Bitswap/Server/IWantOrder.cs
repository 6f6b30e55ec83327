namespace IpfsKit.Bitswap.Server;

/// <summary>An order of wants, and where a want keeps its place in a heap of this order.</summary>
internal interface IWantOrder
{
    /// <summary>Whether one comes out before another.</summary>
    static abstract bool IsBefore(Want left, Want right);

    /// <summary>The want's place.</summary>
    static abstract ref int Slot(Want want);
}

/// <summary>What is answered first: the greater priority, then what was asked for first.</summary>
internal readonly struct AnswerOrder : IWantOrder
{
    public static bool IsBefore(Want left, Want right) => left.Priority != right.Priority ? left.Priority > right.Priority : left.Sequence < right.Sequence;

    public static ref int Slot(Want want) => ref want.QueueSlot;
}

/// <summary>What is given up first when a peer wants too much: the lowest priority; of equals those whose block is not here, then the oldest.</summary>
internal readonly struct EvictionOrder : IWantOrder
{
    public static bool IsBefore(Want left, Want right)
    {
        if (left.Priority != right.Priority)
            return left.Priority < right.Priority;
        return left.IsIndexed != right.IsIndexed ? left.IsIndexed : left.Sequence < right.Sequence;
    }

    public static ref int Slot(Want want) => ref want.EvictionSlot;
}
