using System.Security.Cryptography;

namespace IpfsKit.Libp2p.Identities;

/// <summary>Keeps a private key in a file: the bare protobuf encoding of libp2p, as kubo exports it in <c>libp2p-protobuf-cleartext</c>.</summary>
/// <remarks>
/// A new file is written beside its place, readable by its owner only, synced, renamed into place, and the directory synced: after a crash
/// there is the whole file or none. Callers hold a lock on the directory; two creators at once are not kept apart here.
/// </remarks>
public static class IdentityFile
{
    /// <summary>Reads the key; makes and stores a new one where there is no file.</summary>
    /// <exception cref="IdentityFileException">The file is there but unreadable, or damaged; or it cannot be written.</exception>
    public static PrivateKey LoadOrCreate(string path) => LoadOrCreate(path, KeyType.Ed25519);

    /// <summary>Reads the key, of whatever kind; makes and stores a new one of this kind where there is no file.</summary>
    /// <inheritdoc cref="LoadOrCreate(string)" path="/exception"/>
    public static PrivateKey LoadOrCreate(string path, KeyType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path) ? Load(path) : Create(path, type);
    }

    /// <summary>Reads the key.</summary>
    /// <inheritdoc cref="LoadOrCreate(string)" path="/exception"/>
    public static PrivateKey Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[]? bytes = null;
        try
        {
            bytes = ReadBounded(path);
            return PrivateKey.Decode(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IdentityFileException(path, $"reading failed: {e.Message}", e);
        }
        catch (KeyFormatException e)
        {
            throw new IdentityFileException(path, e.Message, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static PrivateKey Create(string path, KeyType type)
    {
        var key = PrivateKey.Generate(type);
        var encoded = key.Encode();
        try
        {
            WriteDurably(path, encoded);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new IdentityFileException(path, $"writing failed: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    private static byte[] ReadBounded(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (file.Length > KeyProtobuf.MaxBytes)
            throw new KeyFormatException($"A key of {file.Length} bytes exceeds {KeyProtobuf.MaxBytes}.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void WriteDurably(string path, byte[] bytes)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        // A left-over from a crash is not a key in use: nothing has ever read it.
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
        DirectorySync.Sync(directory);
    }
}
