using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Nodes;

/// <summary>A node in the metadata of its silo.</summary>
internal static class NodeMetadata
{
    /// <summary>The peer id in base58.</summary>
    public const string PeerId = "ipfskit.peer-id";

    /// <summary>The role in lower case; without a prefix, because dashboards and filters of others know this word.</summary>
    public const string Role = "role";

    /// <summary>The zone.</summary>
    public const string Zone = "zone";

    /// <summary>The base address of the data plane.</summary>
    public const string DataAddress = "ipfskit.data-address";

    /// <summary>The addresses of the libp2p host, separated by spaces.</summary>
    public const string Libp2pAddresses = "ipfskit.libp2p-addresses";

    /// <summary>Adds a node to metadata.</summary>
    public static void Write(NodeInfo node, IDictionary<string, string> metadata)
    {
        metadata[PeerId] = node.Node.ToString();
        metadata[Role] = RoleText(node.Role);
        if (node.Zone is not null)
            metadata[Zone] = node.Zone;
        if (node.DataAddress is not null)
            metadata[DataAddress] = node.DataAddress.AbsoluteUri;
        if (node.Libp2pAddresses.Count > 0)
            metadata[Libp2pAddresses] = string.Join(' ', node.Libp2pAddresses);
    }

    /// <summary>Reads the node of a silo; false if the silo has none, or has not said so yet.</summary>
    public static bool TryRead(ImmutableDictionary<string, string> metadata, [NotNullWhen(true)] out NodeInfo? node)
    {
        node = null;
        if (!metadata.TryGetValue(PeerId, out var text) || !Multiformats.PeerId.TryParse(text, out var peer)
            || !metadata.TryGetValue(Role, out var roleText) || !Enum.TryParse<NodeRole>(roleText, ignoreCase: true, out var role))
            return false;
        node = new NodeInfo
        {
            Node = peer,
            Role = role,
            Zone = metadata.GetValueOrDefault(Zone),
            DataAddress = Uri.TryCreate(metadata.GetValueOrDefault(DataAddress), UriKind.Absolute, out var address) ? address : null,
            Libp2pAddresses = ReadAddresses(metadata.GetValueOrDefault(Libp2pAddresses)),
        };
        return true;
    }

    /// <summary>Those that can be read: a newer silo may have addresses of a kind that this one does not know.</summary>
    private static List<Multiaddr> ReadAddresses(string? text)
    {
        var addresses = new List<Multiaddr>();
        foreach (var part in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Multiaddr.TryParse(part, out var address))
                addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>A role as metadata has it.</summary>
    public static string RoleText(NodeRole role) => role switch
    {
        NodeRole.Master => "master",
        NodeRole.Worker => "worker",
        NodeRole.Leecher => "leecher",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };
}
