namespace IpfsKit.Ipld.Codecs;

/// <summary>The kinds of the IPLD data model.</summary>
/// <remarks>Spec: <see href="https://ipld.io/docs/data-model/kinds/"/>.</remarks>
public enum IpldKind
{
    /// <summary>null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Float,

    /// <summary>Text.</summary>
    String,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A link.</summary>
    Link,
}
