namespace IpfsKit.Client.DataPlane;

/// <summary>The connection to a silo could not be made, broke, or stood still. Never leaves the client as it is.</summary>
internal sealed class TransferFailedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether not even a connection could be made.</summary>
    public bool IsUnreachable { get; init; }
}
