using System.Globalization;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>Peers were asked for content, and nothing came of it in time. What did come is kept for a while, so that another attempt goes on from there.</summary>
[GenerateSerializer, Alias("ipfskit.ContentTimeoutException")]
public sealed class ContentTimeoutException(Cid cid, TimeSpan idle, int peers)
    : IpfsKitException(string.Create(CultureInfo.InvariantCulture, $"Nothing came of {cid} for {idle.TotalSeconds:0.###} s; {peers} peers were asked."))
{
    /// <summary>The block that was waited for.</summary>
    [Id(0)] public Cid Cid { get; } = cid;

    /// <summary>How long nothing came.</summary>
    [Id(1)] public TimeSpan Idle { get; } = idle;

    /// <summary>How many peers were asked.</summary>
    [Id(2)] public int Peers { get; } = peers;
}

/// <summary>Content is larger than was allowed to be fetched from others.</summary>
[GenerateSerializer, Alias("ipfskit.FetchTooLargeException")]
public sealed class FetchTooLargeException(Cid cid, long limit)
    : IpfsKitException(string.Create(CultureInfo.InvariantCulture, $"{cid} is larger than the {limit} bytes that may be fetched."))
{
    /// <summary>The content.</summary>
    [Id(0)] public Cid Cid { get; } = cid;

    /// <summary>The bytes allowed.</summary>
    [Id(1)] public long Limit { get; } = limit;
}

/// <summary>A libp2p peer cannot be connected to.</summary>
[GenerateSerializer, Alias("ipfskit.PeerUnavailableException")]
public sealed class PeerUnavailableException(Multiaddr address, string reason)
    : IpfsKitException($"{address} cannot be connected to: {reason}")
{
    /// <summary>The peer's address.</summary>
    [Id(0)] public Multiaddr Address { get; } = address;
}
