namespace IpfsKit.Storage;

/// <summary>The base of what can go wrong with a store itself, as opposed to the content in it.</summary>
public abstract class StorageException : Exception
{
    /// <summary>Says what is wrong.</summary>
    protected StorageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
