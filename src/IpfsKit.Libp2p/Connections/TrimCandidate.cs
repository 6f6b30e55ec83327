using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>A connected peer, as trimming sees it.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Connections">How many connections it has.</param>
/// <param name="Newest">When its last one was opened.</param>
/// <param name="Streams">How many streams they carry.</param>
/// <param name="Score">The sum of its values.</param>
/// <param name="IsInbound">Whether it opened all of them.</param>
/// <param name="IsProtected">Whether they must not be closed.</param>
internal readonly record struct TrimCandidate(PeerId Peer, int Connections, DateTimeOffset Newest, int Streams, long Score, bool IsInbound, bool IsProtected);
