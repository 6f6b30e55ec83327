namespace IpfsKit.Libp2p.PrivateNetworks;

/// <summary>Text is not the key of a private network. The message never holds any of it.</summary>
public sealed class PrivateNetworkKeyException(string reason) : FormatException($"The key of the private network cannot be used: {reason}");
