namespace IpfsKit.Grains.Content;

/// <summary>The way of new content into the cluster.</summary>
internal abstract class ContentRegistrar
{
    /// <summary>Begins an upload into this silo's store.</summary>
    public abstract ContentIngest Begin();
}
