using IpfsKit.Bitswap;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>A registered root of which something was fetched.</summary>
/// <param name="Sources">What its content grain knows.</param>
/// <param name="Senders">Who sent something of it, the one who sent most first.</param>
/// <param name="Session">What fetched it; it may have been disposed, and be storing still.</param>
internal sealed record FetchedContent(ContentSources Sources, IReadOnlyList<PeerId> Senders, IBitswapSession Session);
