using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats;

/// <summary>The multicodec table: names, tags and codes.</summary>
/// <remarks>
/// Built on first use and kept; look-ups are thread-safe and allocate nothing.
/// Table: <see href="https://github.com/multiformats/multicodec/blob/master/table.csv"/>.
/// </remarks>
public static partial class MulticodecTable
{
    private static readonly MulticodecEntry[] Rows = CreateRows();
    private static readonly FrozenDictionary<Multicodec, MulticodecEntry> ByCode = Rows.ToFrozenDictionary(row => row.Code);
    private static readonly FrozenDictionary<string, MulticodecEntry> ByName = Rows.ToFrozenDictionary(row => row.Name, StringComparer.Ordinal);

    /// <summary>Every row, by ascending code.</summary>
    public static IReadOnlyList<MulticodecEntry> All { get; } = Rows.AsReadOnly();

    /// <summary>The row of a code; false if the table has none.</summary>
    public static bool TryGet(Multicodec code, [NotNullWhen(true)] out MulticodecEntry? entry) => ByCode.TryGetValue(code, out entry);

    /// <summary>The name as the table writes it, or the code in hexadecimal (<c>0x300000</c>) where the table has none.</summary>
    public static string GetName(Multicodec code) => ByCode.TryGetValue(code, out var entry) ? entry.Name : $"0x{(uint)code:x}";

    /// <summary>The tag of a code, or null where the table has no such code.</summary>
    public static string? GetTag(Multicodec code) => ByCode.TryGetValue(code, out var entry) ? entry.Tag : null;

    /// <summary>The code of a name, written exactly as the table does.</summary>
    public static bool TryGetCode(string name, out Multicodec code)
    {
        ArgumentNullException.ThrowIfNull(name);
        code = ByName.TryGetValue(name, out var entry) ? entry.Code : default;
        return entry is not null;
    }
}
