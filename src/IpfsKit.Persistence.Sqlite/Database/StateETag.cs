using System.Globalization;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>What an ETag says: which row, and which write of it.</summary>
/// <param name="Id">The row. Whoever writes next with this ETag needs no search for it.</param>
/// <param name="Version">The write: a number that begins at random whenever the file is opened, and counts up, so that none comes twice.</param>
internal readonly record struct StateETag(long Id, long Version)
{
    /// <summary>No row.</summary>
    public static readonly StateETag None;

    /// <summary>Whether there is no row. Ids begin at 1.</summary>
    public bool IsNone => Id == 0;

    /// <summary>Reads the text form; text that nobody here has written is <c>false</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StateETag tag)
    {
        tag = default;
        var dot = text.IndexOf('.');
        if (dot <= 0
            || !long.TryParse(text[..dot], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(text[(dot + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var version)
            || id <= 0)
            return false;
        tag = new StateETag(id, version);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id:x}.{Version:x}");
}
