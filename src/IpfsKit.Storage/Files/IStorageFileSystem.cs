namespace IpfsKit.Storage.Files;

/// <summary>What a store needs of a file system, no more: so that tests can put one underneath that loses power.</summary>
/// <remarks>
/// Blocking and safe to call concurrently. The durability model is that of POSIX: a write survives loss of power after
/// <see cref="IStorageFile.SyncData"/>, the creation, renaming and deletion of a name after <see cref="SyncDirectory"/>; before, any part of
/// them may survive in any order. Failures are <see cref="IOException"/>, an exhausted disk is <see cref="DiskFullException"/>. After that, a creation or renaming has not
/// happened; only <see cref="SyncDirectory"/> never says so, as what it failed to make durable has happened.
/// </remarks>
public interface IStorageFileSystem
{
    /// <summary>Makes a directory and its parents durably; nothing happens if it is there.</summary>
    void CreateDirectory(string path);

    /// <summary>The names of the files in a directory, without their path, in no order.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Whether a file is there.</summary>
    bool FileExists(string path);

    /// <summary>Opens a file that is there for reading and writing.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    IStorageFile Open(string path);

    /// <summary>Creates an empty file, replacing one that is there, and opens it for reading and writing.</summary>
    IStorageFile Create(string path);

    /// <summary>Gives a file another name in the same directory, atomically replacing one that has it.</summary>
    void Rename(string path, string newPath);

    /// <summary>Deletes a file; its bytes stay readable to those who have it open, except on Windows. Nothing happens if it is not there.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renamings and deletions in a directory durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>The bytes that the disk of a directory has left for this process.</summary>
    long GetFreeBytes(string directory);

    /// <summary>Takes a lock that one holder in all processes can have, until the result is disposed or the process dies; null if it is taken.</summary>
    IDisposable? TryLock(string path);
}
