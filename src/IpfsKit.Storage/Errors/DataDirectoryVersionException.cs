namespace IpfsKit.Storage;

/// <summary>A directory was written by a version of the software that this one does not understand; nothing in it was touched.</summary>
public sealed class DataDirectoryVersionException(string path, int foundVersion, int supportedVersion)
    : StorageException($"The data directory '{path}' has format version {foundVersion}; this software understands versions up to {supportedVersion}. Upgrade it, or choose another directory.")
{
    /// <summary>The directory.</summary>
    public string Path { get; } = path;

    /// <summary>The version that was found.</summary>
    public int FoundVersion { get; } = foundVersion;

    /// <summary>The newest version that is understood.</summary>
    public int SupportedVersion { get; } = supportedVersion;
}
