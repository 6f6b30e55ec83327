using System.Text.Json;

namespace IpfsKit.Cluster.Tests;

/// <summary>What a silo-host writes beside its data once it serves.</summary>
internal sealed record ServiceFile(int ProcessId, string PeerId, string ClusterId, string ServiceId, string Gateway, IReadOnlyList<Uri> HttpAddresses)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The file of the given process in any slot of a data directory; null until it is there and whole.</summary>
    public static ServiceFile? TryRead(string dataDirectory, int pid)
    {
        foreach (var file in Directory.Exists(dataDirectory)
            ? Directory.EnumerateFiles(dataDirectory, "service.json", SearchOption.AllDirectories) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize<ServiceFile>(File.ReadAllText(file), Json) is { } service && service.ProcessId == pid)
                    return service;
            }
            catch (Exception exception) when (exception is IOException or JsonException)
            {
                // The host is just replacing it, or a killed one left it torn: the next look finds it whole.
            }
        }

        return null;
    }
}
