namespace IpfsKit.Libp2p;

/// <summary>What goes wrong between peers.</summary>
public class Libp2pException(string message, Exception? innerException = null) : Exception(message, innerException);
