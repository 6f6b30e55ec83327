namespace IpfsKit.Libp2p.Identities;

/// <summary>A well-formed key is of a kind that this software does not use.</summary>
public sealed class UnsupportedKeyTypeException(KeyType type)
    : NotSupportedException($"Keys of type {type} ({(int)type}) are not supported.")
{
    /// <summary>The kind.</summary>
    public KeyType Type { get; } = type;
}
