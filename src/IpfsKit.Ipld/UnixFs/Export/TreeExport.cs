using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>One export of a tree.</summary>
internal sealed class TreeExport(IBlockSource source, UnixFsExportOptions options, Cid root)
{
    private const UnixFileMode RestoredBits = (UnixFileMode)0x1ff;

    private long _bytes;
    private long _blocks;
    private long _entries;

    public UnixFsProgress Written => new(_bytes, _blocks, _entries);

    /// <summary>Writes an entry.</summary>
    /// <param name="cid">The entry.</param>
    /// <param name="path">Where it goes, absolute, below a directory that is no link.</param>
    /// <param name="depth">How many directories of the export are above it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(Cid cid, string path, int depth, CancellationToken cancellationToken)
    {
        if (++_entries > options.MaxEntries)
            throw new UnixFsExportException(cid, path, $"the tree exceeds {options.MaxEntries} entries");
        switch (await OpenAsync(cid, cancellationToken).ConfigureAwait(false))
        {
            case UnixFsDirectory directory:
                await WriteDirectoryAsync(directory, path, depth, cancellationToken).ConfigureAwait(false);
                break;
            case UnixFsFile file:
                using (file)
                    await WriteFileAsync(file, path, cancellationToken).ConfigureAwait(false);
                break;
            case string target:
                WriteSymlink(cid, target, path, depth);
                break;
        }
    }

    /// <summary>A directory, a file, or the target of a symbolic link.</summary>
    private async ValueTask<object> OpenAsync(Cid cid, CancellationToken cancellationToken)
    {
        var block = await source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        var isFile = false;
        try
        {
            var node = UnixFsNode.Decode(block);
            if (node.IsDirectory)
                return new UnixFsDirectory(source, options.Read, node);
            if (node.Type == UnixFsType.Symlink)
                return UnixFsSymlink.TargetOf(node);
            var file = new UnixFsFile(source, options.Read, block, node.AsFile());
            isFile = true;
            return file;
        }
        finally
        {
            if (!isFile)
                block.Dispose();
        }
    }

    private async Task WriteDirectoryAsync(UnixFsDirectory directory, string path, int depth, CancellationToken cancellationToken)
    {
        if (depth >= options.Read.MaxDepth)
            throw new TraversalLimitException(root, nameof(options.Read.MaxDepth), options.Read.MaxDepth);

        // Whoever names the target may name a link to it; below it, a link could lead anywhere.
        if (depth > 0 && new DirectoryInfo(path).LinkTarget is not null)
            throw new UnixFsExportException(directory.Cid, path, "a symbolic link is in its place");
        if (File.Exists(path))
            throw new UnixFsExportException(directory.Cid, path, "a file is in its place");
        Directory.CreateDirectory(path);
        await foreach (var entry in directory.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            UnixFsName.ValidateForExport(entry.Name);
            await WriteAsync(entry.Cid, Path.Combine(path, entry.Name), depth + 1, cancellationToken).ConfigureAwait(false);
        }

        // Last, as writing entries changes the time, and a mode may forbid to write them.
        if (RestoredTime(directory.ModificationTime) is { } time)
            Directory.SetLastWriteTimeUtc(path, time);
        if (RestoredMode(directory.Mode) is { } mode && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        Report();
    }

    private async Task WriteFileAsync(UnixFsFile file, string path, CancellationToken cancellationToken)
    {
        if (file.Length > options.MaxBytes - _bytes)
            throw new UnixFsExportException(file.Cid, path, $"the tree exceeds {options.MaxBytes} bytes");
        CheckPlace(file.Cid, path);
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetRandomFileName()}.part");
        try
        {
            await WriteBytesAsync(file, temporary, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, path, options.Overwrite);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        Report();
    }

    private async Task WriteBytesAsync(UnixFsFile file, string temporary, CancellationToken cancellationToken)
    {
        var output = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using var _ = output.ConfigureAwait(false);
        await foreach (var piece in file.ReadAsync(EntityBytes.All, cancellationToken).ConfigureAwait(false))
        {
            await output.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            _bytes += piece.Length;
            _blocks++;
            Report();
        }

        if (RestoredTime(file.ModificationTime) is { } time)
            File.SetLastWriteTimeUtc(output.SafeFileHandle, time);
        if (RestoredMode(file.Mode) is { } mode && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(output.SafeFileHandle, mode);
    }

    private void WriteSymlink(Cid cid, string target, string path, int depth)
    {
        if (options.OutsideSymlinks != UnixFsSymlinkPolicy.Allow && !StaysInside(target, depth - 1, OperatingSystem.IsWindows()))
        {
            if (options.OutsideSymlinks == UnixFsSymlinkPolicy.Skip)
                return;
            throw new UnixFsExportException(cid, path, $"the symbolic link to '{target}' may lead outside the target");
        }

        CheckPlace(cid, path);
        if (options.Overwrite)
            File.Delete(path);
        File.CreateSymbolicLink(path, target);
        Report();
    }

    /// <summary>Whether a link's target certainly lies in the export.</summary>
    /// <param name="target">The target.</param>
    /// <param name="above">How many directories of the export are above that of the link; negative if the link is the export's root.</param>
    /// <param name="windows">Whether backslashes separate names and colons end drives.</param>
    /// <remarks>
    /// The directories that the link lies in are real, so leading <c>..</c> go where they seem to go. After a name they need not: the name may be
    /// a link to a directory elsewhere in the export, and the <c>..</c> leads out of there.
    /// </remarks>
    internal static bool StaysInside(string target, int above, bool windows)
    {
        if (target[0] == '/' || (windows && target.AsSpan().ContainsAny('\\', ':')))
            return false;
        var named = false;
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                named = true;
            else if (named || --above < 0)
                return false;
        }

        return above >= 0;
    }

    private void CheckPlace(Cid cid, string path)
    {
        var isLink = new FileInfo(path).LinkTarget is not null;
        if (!isLink && Directory.Exists(path))
            throw new UnixFsExportException(cid, path, "a directory is in its place");
        if (!options.Overwrite && (isLink || File.Exists(path)))
            throw new UnixFsExportException(cid, path, "it is there already");
    }

    private UnixFileMode? RestoredMode(uint? recorded) =>
        options.RestoreMode && recorded is { } bits ? (UnixFileMode)bits & RestoredBits : null;

    private DateTime? RestoredTime(UnixFsTime? recorded) =>
        // The spec has times before the epoch taken as the epoch where a target may not accept them.
        options.RestoreModificationTime && recorded is { } time ? (time.Seconds < 0 ? default : time).ToDateTimeOffset().UtcDateTime : null;

    private void Report() => options.Progress?.Report(Written);
}
