using IpfsKit.Multiformats;

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>The states of content grains as they are stored.</summary>
public interface IStoredStates
{
    /// <summary>Puts other bytes in the place of a root's state and gives what was there.</summary>
    Task<byte[]> ReplaceAsync(Cid root, byte[] state, CancellationToken cancellationToken);
}
