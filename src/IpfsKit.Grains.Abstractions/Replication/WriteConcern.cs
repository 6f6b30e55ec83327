using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IpfsKit.Grains;

/// <summary>On how many silos a write must be durable before it is acknowledged: a number, or the majority of the content's replication factor.</summary>
/// <remarks>As text, in settings and queries: <c>1</c> to <c>16</c>, or <c>majority</c>. The default value is no write concern, and means that of the cluster.</remarks>
[GenerateSerializer, Immutable, Alias("ipfskit.WriteConcern"), TypeConverter(typeof(WriteConcernConverter))]
public readonly record struct WriteConcern
{
    /// <summary>The most silos that can be asked for.</summary>
    public const int MaxCopies = 16;

    private const string MajorityText = "majority";

    private WriteConcern(int copies) => Copies = copies;

    /// <summary>More than half of the content's replication factor.</summary>
    public static WriteConcern Majority { get; } = new(-1);

    /// <summary>The number of silos; 0 if none is said, -1 for <see cref="Majority"/>.</summary>
    [Id(0)] public int Copies { get; private init; }

    /// <summary>A number of silos.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside of 1 to <see cref="MaxCopies"/>.</exception>
    public static WriteConcern Of(int copies)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copies, MaxCopies);
        return new WriteConcern(copies);
    }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WriteConcern concern)
    {
        concern = Majority;
        if (string.Equals(text, MajorityText, StringComparison.OrdinalIgnoreCase))
            return true;
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var copies) && copies is >= 1 and <= MaxCopies;
        concern = isNumber ? new WriteConcern(copies) : default;
        return isNumber;
    }

    /// <summary>The number of silos for content of a replication factor; where nothing is said, the smaller of 2 and the factor.</summary>
    public int Resolve(int factor) => Copies switch
    {
        0 => Math.Min(2, factor),
        < 0 => (factor / 2) + 1,
        _ => Copies,
    };

    /// <summary>The text form; empty if none is said.</summary>
    public override string ToString() => Copies switch
    {
        0 => "",
        < 0 => MajorityText,
        _ => Copies.ToString(CultureInfo.InvariantCulture),
    };
}
