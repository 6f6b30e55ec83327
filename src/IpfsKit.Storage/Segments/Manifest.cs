using System.Security.Cryptography;
using IpfsKit.Storage.Files;

namespace IpfsKit.Storage.Segments;

/// <summary>The list of the segments that count, kept on disk. Thread-safe.</summary>
/// <remarks>
/// Each change writes a new file under the next number, durably, before the old one is deleted; the highest number is the truth.
/// A damaged manifest is never replaced by an older one, which would silently forget what came after it.
/// </remarks>
internal sealed class Manifest
{
    private readonly Lock _lock = new();
    private readonly IStorageFileSystem _files;
    private readonly string _directory;
    private ManifestData _data;

    private Manifest(IStorageFileSystem files, string directory, ManifestData data) => (_files, _directory, _data) = (files, directory, data);

    /// <summary>What it says now.</summary>
    public ManifestData Data
    {
        get
        {
            lock (_lock)
                return _data;
        }
    }

    /// <summary>Reads the manifest of a directory, or begins one where there is none.</summary>
    /// <exception cref="DataDirectoryVersionException">It is of a newer version.</exception>
    /// <exception cref="StorageCorruptedException">It is damaged, or there are segments without one.</exception>
    public static Manifest Open(IStorageFileSystem files, string directory)
    {
        var names = files.ListFiles(directory);
        var numbers = names.Select(ManifestData.NumberOf).OfType<long>().Order().ToArray();
        if (numbers.Length == 0)
        {
            if (names.FirstOrDefault(SegmentFormat.IsFileName) is { } orphan)
                throw new StorageCorruptedException(Path.Combine(directory, orphan), "there are segments but no manifest that lists them.");
            var created = new Manifest(files, directory, new ManifestData(0, Guid.NewGuid(), new StoreKeys(RandomSeed(), RandomSeed()), 1, []));
            created.Write(created._data with { Number = 1 });
            return created;
        }

        var path = Path.Combine(directory, ManifestData.FileName(numbers[^1]));
        var data = ManifestData.Parse(Read(files, path), out var newerVersion);
        if (newerVersion > 0)
            throw new DataDirectoryVersionException(directory, newerVersion, SegmentFormat.Version);
        if (data is null)
            throw new StorageCorruptedException(path, "neither of its copies has the right checksum.");
        foreach (var number in numbers[..^1])
            files.Delete(Path.Combine(directory, ManifestData.FileName(number)));
        return new Manifest(files, directory, data);
    }

    /// <summary>Takes the id of the next segment; it counts once it is added.</summary>
    public long TakeSegmentId()
    {
        lock (_lock)
        {
            var id = _data.NextSegmentId;
            _data = _data with { NextSegmentId = id + 1 };
            return id;
        }
    }

    /// <summary>Lists a segment, durably.</summary>
    public void Add(long segmentId)
    {
        lock (_lock)
            Write(_data with { Number = _data.Number + 1, SegmentIds = [.. _data.SegmentIds.Append(segmentId).Order()] });
    }

    /// <summary>Strikes a segment off, durably.</summary>
    public void Remove(long segmentId)
    {
        lock (_lock)
            Write(_data with { Number = _data.Number + 1, SegmentIds = [.. _data.SegmentIds.Where(id => id != segmentId)] });
    }

    private static long RandomSeed() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    private static byte[] Read(IStorageFileSystem files, string path)
    {
        using var file = files.Open(path);
        var bytes = new byte[file.Length];
        return bytes[..file.ReadFully(bytes, 0)];
    }

    private void Write(ManifestData data)
    {
        _files.WriteAtomically(_directory, ManifestData.FileName(data.Number), data.ToBytes());
        var previous = _data.Number;
        _data = data;
        if (previous > 0)
            _files.Delete(Path.Combine(_directory, ManifestData.FileName(previous)));
    }
}
