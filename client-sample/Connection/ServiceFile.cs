using System.Diagnostics;
using System.Text.Json;

namespace IpfsKit.ClientSample.Connection;

/// <summary>How a running service can be reached: <c>service.json</c> in its slot of the data directory.</summary>
internal sealed record ServiceFile(int ProcessId, string ClusterId, string ServiceId, string? Gateway, DateTimeOffset StartedAt)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Where services keep their data unless told otherwise.</summary>
    public static string DefaultDataDirectory { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "IpfsKit");

    /// <summary>The services of a data directory that are running, by slot.</summary>
    public static IEnumerable<ServiceFile> FindRunning(string dataDirectory)
    {
        if (!Directory.Exists(dataDirectory))
            yield break;
        var slots = Directory.GetDirectories(dataDirectory, "slot-*").OrderBy(slot => slot.Length).ThenBy(slot => slot, StringComparer.Ordinal);
        foreach (var slot in slots)
        {
            // After a crash the file stays; the process does not.
            if (TryRead(Path.Combine(slot, "service.json")) is { Gateway: not null } service && IsAlive(service.ProcessId))
                yield return service;
        }
    }

    private static ServiceFile? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceFile>(File.ReadAllBytes(path), Json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
