using System.Globalization;
using System.Text;
using IpfsKit.Client.Pinning;
using IpfsKit.Grains;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Uploading;

/// <summary>The query strings of uploads.</summary>
internal static class UploadQuery
{
    /// <summary>Of a file; <paramref name="info"/> is the local file whose metadata is preserved, if any.</summary>
    public static string OfFile(AddOptions options, FileInfo? info = null)
    {
        var query = Begin(DataPlaneProtocol.AddPath, options);
        if (options.WrapAs is { } name)
            Append(query, "wrap-as", name);
        var mode = options.Mode ?? (options.PreserveMode && info is not null && !OperatingSystem.IsWindows() ? info.UnixFileMode : null);
        if (mode is { } bits)
            Append(query, "mode", $"0{Convert.ToString((int)bits, 8)}");
        var modified = options.ModifiedAt ?? (options.PreserveModifiedTime && info is not null ? info.LastWriteTimeUtc : null);
        if (modified is { } time)
        {
            var stamp = UnixFsTime.FromDateTimeOffset(time);
            Append(query, "mtime", stamp.Seconds.ToString(CultureInfo.InvariantCulture));
            if (stamp.Nanoseconds > 0)
                Append(query, "mtime-nsecs", stamp.Nanoseconds.ToString(CultureInfo.InvariantCulture));
        }

        return query.ToString();
    }

    /// <summary>Of a directory.</summary>
    public static string OfTree(AddOptions options)
    {
        var query = Begin(DataPlaneProtocol.AddPath, options);
        Append(query, "depth-first", "y");
        return query.ToString();
    }

    /// <summary>Of a CAR.</summary>
    public static string OfCar(CarImportOptions options)
    {
        var query = new StringBuilder(DataPlaneProtocol.ImportPath);
        AppendPin(query, options.Pin, options.PinName);
        AppendConcern(query, options.WriteConcern);
        if (options.AllowLargeBlocks)
            Append(query, "allow-large-blocks", "true");
        if (options.AllowPartial)
            Append(query, "partial", "true");
        return query.ToString();
    }

    private static StringBuilder Begin(string path, AddOptions options)
    {
        if (!UnixFsProfile.TryGet(options.Profile.Name, out var named) || named != options.Profile)
            throw new ArgumentException($"The profile '{options.Profile.Name}' is not one of IPIP-499; a silo knows only those.", nameof(options));
        var query = new StringBuilder(path);
        Append(query, "profile", options.Profile.Name);
        AppendPin(query, options.Pin, options.PinName);
        AppendConcern(query, options.WriteConcern);
        return query;
    }

    private static void AppendConcern(StringBuilder query, WriteConcern? concern)
    {
        if (concern is { } asked && asked != default)
            Append(query, "write-concern", asked.ToString());
    }

    private static void AppendPin(StringBuilder query, bool pin, string? name)
    {
        PinArguments.CheckName(name);
        Append(query, "pin", pin ? "true" : "false");
        if (pin && name is not null)
            Append(query, "pin-name", name);
    }

    private static void Append(StringBuilder query, string name, string value) =>
        query.Append(query.ToString().Contains('?') ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
}
