namespace IpfsKit.Grains;

/// <summary>Names that configuration and stored state use. They never change.</summary>
public static class GrainNames
{
    /// <summary>The grain storage of content, pins and ticket keys: <c>Orleans:GrainStorage:content</c>.</summary>
    public const string ContentStorage = "content";

    /// <summary>The service key of the clock of this library, <see cref="TimeProvider"/>; the silo's own unless another is registered.</summary>
    public const string Clock = "IpfsKit";
}
