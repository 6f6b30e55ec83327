using System.CommandLine;

namespace IpfsKit.ClientSample.Connection;

/// <summary>The options that say where the cluster is.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<string?> _gateway = new("--gateway")
    {
        Description = "The Orleans gateway, address:port. By default the service of this machine, or what Orleans:* configures.",
        Recursive = true,
    };

    private readonly Option<string?> _data = new("--data") { Description = "The data directory of the service, to find it by.", Recursive = true };
    private readonly Option<string?> _cluster = new("--cluster-id") { Description = "The Orleans cluster, with --gateway.", Recursive = true };
    private readonly Option<string?> _service = new("--service-id") { Description = "The Orleans service, with --gateway.", Recursive = true };

    public void AddTo(Command command)
    {
        command.Options.Add(_gateway);
        command.Options.Add(_data);
        command.Options.Add(_cluster);
        command.Options.Add(_service);
    }

    public ConnectionTarget Read(ParseResult parsed) =>
        new(parsed.GetValue(_gateway), parsed.GetValue(_data), parsed.GetValue(_cluster), parsed.GetValue(_service));
}

/// <summary>What the user said about where the cluster is; each may be null.</summary>
internal sealed record ConnectionTarget(string? Gateway, string? DataDirectory, string? ClusterId, string? ServiceId);
