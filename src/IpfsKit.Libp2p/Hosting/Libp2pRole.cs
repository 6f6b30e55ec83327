namespace IpfsKit.Libp2p.Hosting;

/// <summary>What the node is for; decides how many connections it keeps.</summary>
public enum Libp2pRole
{
    /// <summary>Keeps between 50 and 200 connections, 20 seconds of grace.</summary>
    Worker,

    /// <summary>Keeps between 100 and 400 connections, 30 seconds of grace.</summary>
    Master,

    /// <summary>Keeps between 20 and 100 connections, 10 seconds of grace.</summary>
    Leecher,
}
