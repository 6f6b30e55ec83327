namespace IpfsKit.Client.Uploading;

/// <summary>What an upload sends, and whether it can be sent again.</summary>
internal abstract class UploadSource
{
    /// <summary>Whether <see cref="CreateContent"/> may be called after content has been read.</summary>
    public abstract bool CanReplay { get; }

    /// <summary>The bytes of files, where that is known without reading them.</summary>
    public virtual long? Length => null;

    /// <summary>The number of files, where it is known.</summary>
    public virtual long? FileCount => null;

    /// <summary>The body, from its beginning.</summary>
    /// <param name="meter">Told of what is sent.</param>
    public abstract HttpContent CreateContent(UploadMeter meter);
}
