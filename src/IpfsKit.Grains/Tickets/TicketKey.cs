namespace IpfsKit.Grains.Tickets;

/// <summary>A secret that the silos of a cluster share for a few hours.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.TicketKey")]
internal sealed record TicketKey
{
    /// <summary>The length of a secret in bytes: HMAC-SHA256 gains nothing from more.</summary>
    public const int SecretBytes = 32;

    /// <summary>Its number, written in every ticket it signs; grows by one with each rotation.</summary>
    [Id(0)] public required uint Id { get; init; }

    /// <summary>The secret; never logged.</summary>
    [Id(1)] public required byte[] Secret { get; init; }

    /// <summary>When it was made.</summary>
    [Id(2)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Number and age; not the secret.</summary>
    public override string ToString() => $"ticket key {Id} of {CreatedAt:O}";
}
