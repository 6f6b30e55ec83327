namespace IpfsKit.Interop.Tests.Peers;

/// <summary>A peer did not do what a test asked for.</summary>
public sealed class JsPeerException(string message) : Exception(message);
