namespace IpfsKit.Ipld;

/// <summary>The base of everything that can be wrong with content-addressed data.</summary>
public abstract class IpldException : Exception
{
    /// <summary>Says what is wrong.</summary>
    protected IpldException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
