using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>One want, or the end of one.</summary>
/// <param name="Cid">Of what.</param>
/// <param name="Kind">The block or whether it is there. Not said to peers before 1.2.</param>
/// <param name="Priority">Greater goes first.</param>
/// <param name="SendDontHave">Whether the peer should say when it does not have the block. Not said to peers before 1.2.</param>
/// <param name="IsCancel">The want has ended; what else the entry says means nothing.</param>
internal readonly record struct WantlistEntry(Cid Cid, WantKind Kind, int Priority, bool SendDontHave, bool IsCancel = false);
