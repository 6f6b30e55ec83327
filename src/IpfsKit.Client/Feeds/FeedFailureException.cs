namespace IpfsKit.Client.Feeds;

/// <summary>One silo did not deliver: the next may. Never leaves the client.</summary>
internal sealed class FeedFailureException(string message, Exception? innerException = null) : Exception(message, innerException);
