using System.Text.Json;
using System.Text.Json.Serialization;

namespace IpfsKit.Grains.Hosting;

/// <summary>How the node that runs in a slot can be reached; the file <c>service.json</c> of the slot.</summary>
/// <remarks>Written when the node is up, removed when it stops. After a crash it stays; whether the slot is in use is decided by its lock alone.</remarks>
internal sealed record ServiceFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "service.json";

    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The node.</summary>
    public required string PeerId { get; init; }

    /// <summary>The Orleans cluster; clients have to name it.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The Orleans service; clients have to name it.</summary>
    public required string ServiceId { get; init; }

    /// <summary>Where Orleans clients connect, as <c>address:port</c>; null if the silo has no gateway.</summary>
    public string? Gateway { get; init; }

    /// <summary>The base address of the data plane.</summary>
    public Uri? DataAddress { get; init; }

    /// <summary>Where other IPFS peers connect, each address ending in <c>/p2p/…</c>.</summary>
    public IReadOnlyList<string> Libp2pAddresses { get; init; } = [];

    /// <summary>Where the host's own web server listens: dashboard, health, metrics.</summary>
    public IReadOnlyList<string> HttpAddresses { get; init; } = [];

    /// <summary>When the node was up.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Writes the file at once: a reader sees all of it or none.</summary>
    public void Write(string path)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, ServiceFileJson.Default.ServiceFile));
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>How the file is written: camel case, members that are null left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ServiceFile))]
internal sealed partial class ServiceFileJson : JsonSerializerContext;
