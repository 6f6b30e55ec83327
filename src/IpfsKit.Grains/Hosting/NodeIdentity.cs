using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Grains.Hosting;

/// <summary>Who the node is: the key in its slot, made with the slot.</summary>
internal sealed class NodeIdentity : IDisposable
{
    /// <summary>Loads the key of a slot, or makes one in a slot that is new.</summary>
    /// <exception cref="IdentityFileException">The key is damaged, or is missing from a slot that has content.</exception>
    public NodeIdentity(NodeSlot slot)
    {
        // A slot gets its key before anything else. One that has content and no key has lost it, and a new key would make its content that of a stranger.
        if (!File.Exists(slot.IdentityPath) && (File.Exists(slot.CatalogPath) || Directory.Exists(slot.BlocksDirectory)))
            throw new IdentityFileException(slot.IdentityPath, "it is missing, although its directory holds content.");
        Key = IdentityFile.LoadOrCreate(slot.IdentityPath);
    }

    /// <summary>The key.</summary>
    public PrivateKey Key { get; }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
