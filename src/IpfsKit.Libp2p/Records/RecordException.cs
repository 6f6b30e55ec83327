namespace IpfsKit.Libp2p.Records;

/// <summary>Bytes are not a signed record, or not one that can be believed.</summary>
public sealed class RecordException(string message, Exception? innerException = null) : Libp2pException(message, innerException);
