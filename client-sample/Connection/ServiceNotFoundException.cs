namespace IpfsKit.ClientSample.Connection;

/// <summary>There is nothing to talk to.</summary>
internal sealed class ServiceNotFoundException(string message, Exception? innerException = null) : Exception(message, innerException);
