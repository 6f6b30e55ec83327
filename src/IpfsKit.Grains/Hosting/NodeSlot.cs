using IpfsKit.Storage;
using IpfsKit.Storage.Files;

namespace IpfsKit.Grains.Hosting;

/// <summary>The part of the data directory that belongs to this process while it runs.</summary>
/// <remarks>
/// <code>
/// (data directory)/slot-0/
///   lock            held by the process that uses the slot
///   identity.key    who the node is
///   blocks/         the block store
///   peers           what is known of libp2p peers
///   catalog.db      the roots and pins of the node
///   grains.db       grain state, where no other storage is configured
///   service.json    where the running node can be reached; absent while none runs
/// </code>
/// Processes that share a data directory take the first slot that is free, so that each finds its own identity and content again as long as as many run as before.
/// </remarks>
internal sealed class NodeSlot : IDisposable
{
    /// <summary>How many processes can share a data directory.</summary>
    public const int MaxSlots = 256;

    private readonly IDisposable _lock;

    private NodeSlot(int number, string directory, IDisposable @lock) => (Number, Directory, _lock) = (number, directory, @lock);

    /// <summary>The slot's number.</summary>
    public int Number { get; }

    /// <summary>The slot's directory.</summary>
    public string Directory { get; }

    /// <summary>The identity file.</summary>
    public string IdentityPath => Path.Combine(Directory, "identity.key");

    /// <summary>The directory of the block store.</summary>
    public string BlocksDirectory => Path.Combine(Directory, "blocks");

    /// <summary>The catalog's database.</summary>
    public string CatalogPath => Path.Combine(Directory, "catalog.db");

    /// <summary>What is known of libp2p peers.</summary>
    public string PeersPath => Path.Combine(Directory, "peers");

    /// <summary>The database of grain state.</summary>
    public string GrainStatePath => Path.Combine(Directory, "grains.db");

    /// <summary>Where the running node says how it can be reached.</summary>
    public string ServiceFilePath => Path.Combine(Directory, ServiceFile.FileName);

    /// <summary>Takes a slot.</summary>
    /// <param name="dataDirectory">The data directory; made if it is not there.</param>
    /// <param name="number">Which slot, or null for the first that is free.</param>
    /// <exception cref="DataDirectoryLockedException">The slot, or every slot, is in use.</exception>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public static NodeSlot Acquire(string dataDirectory, int? number)
    {
        var root = Path.GetFullPath(dataDirectory);
        var (first, last) = number is { } wanted ? (wanted, wanted) : (0, MaxSlots - 1);
        for (var candidate = first; candidate <= last; candidate++)
        {
            var directory = Path.Combine(root, $"slot-{candidate}");
            if (TryLock(directory) is { } held)
                return new NodeSlot(candidate, directory, held);
        }

        throw new DataDirectoryLockedException(number is null ? root : Path.Combine(root, $"slot-{number}"));
    }

    /// <summary>Where data goes unless a directory is configured.</summary>
    public static string DefaultDataDirectory()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        // A service account may have no home.
        return local.Length > 0 ? Path.Combine(local, "IpfsKit") : Path.GetFullPath("ipfskit-data");
    }

    /// <summary>Gives the slot back.</summary>
    public void Dispose() => _lock.Dispose();

    private static IDisposable? TryLock(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                System.IO.Directory.CreateDirectory(directory);
            else
                System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The data directory '{directory}' cannot be made: {e.Message} Choose another with IpfsKit:DataDirectory.", e);
        }

        try
        {
            // The lock goes with the process, however it ends. Null is what says that another has it; a full or read-only disk is an error of its own.
            return PhysicalFileSystem.Instance.TryLock(Path.Combine(directory, "lock"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The data directory '{directory}' cannot be used: {e.Message} Choose another with IpfsKit:DataDirectory.", e);
        }
    }
}
