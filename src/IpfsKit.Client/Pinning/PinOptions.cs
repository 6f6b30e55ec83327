using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>How something is pinned.</summary>
public sealed record PinOptions
{
    /// <summary>With everything below it, or the block alone.</summary>
    /// <value><see cref="PinMode.Recursive"/> or <see cref="PinMode.Direct"/>. Default: recursive.</value>
    public PinMode Mode { get; init; } = PinMode.Recursive;

    /// <summary>A label for people.</summary>
    /// <value>At most 255 characters. Default: null.</value>
    public string? Name { get; init; }
}
