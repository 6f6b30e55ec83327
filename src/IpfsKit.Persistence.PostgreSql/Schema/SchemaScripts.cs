using System.Globalization;

namespace IpfsKit.Persistence.PostgreSql.Schema;

/// <summary>The scripts of this assembly: each makes of the version before it the next, and adds only, so that silos of both versions can use the result during a rolling update.</summary>
internal static class SchemaScripts
{
    /// <summary>The queries that the providers ask for by name.</summary>
    public static readonly string[] QueryKeys =
    [
        "GatewaysQueryKey", "MembershipReadRowKey", "MembershipReadAllKey", "InsertMembershipVersionKey", "UpdateIAmAlivetimeKey", "InsertMembershipKey", "UpdateMembershipKey",
        "DeleteMembershipTableEntriesKey", "CleanupDefunctSiloEntriesKey", "ReadFromStorageKey", "WriteToStorageKey", "ClearStorageKey", "DeleteStorageKey",
    ];

    /// <summary>By version, from 1 without gaps.</summary>
    public static IReadOnlyList<string> All { get; } = Load();

    private static List<string> Load()
    {
        var assembly = typeof(SchemaScripts).Assembly;
        var scripts = new List<string>();
        while (assembly.GetManifestResourceStream(string.Create(CultureInfo.InvariantCulture, $"{scripts.Count + 1:000}.sql")) is { } stream)
        {
            using var reader = new StreamReader(stream);
            scripts.Add(reader.ReadToEnd());
        }

        return scripts;
    }
}
