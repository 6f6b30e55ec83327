namespace IpfsKit.Ipld.UnixFs;

/// <summary>One import of a tree.</summary>
/// <remarks>
/// A single loop asks for entries, starts files and takes them back in order. A directory is made when it is closed (no more entries come) and
/// nothing below it is unfinished; that may make the one above it, and so on to the root. From a source that is depth first, a directory is closed
/// as soon as an entry outside it comes.
/// </remarks>
internal sealed class TreeImport : IDisposable
{
    private readonly UnixFsImportOptions _options;
    private readonly IUnixFsSource _source;
    private readonly BlockBatchWriter _writer;
    private readonly ImportProgress _progress;
    private readonly IProgress<UnixFsTreeEntry>? _made;
    private readonly int _maxRunning;
    private readonly Queue<(TreeDirectory Directory, string Name, Task<UnixFsPart> File)> _running = new();
    private readonly Stack<FileImport> _idle = new();
    private readonly TreeDirectory _root;
    private TreeDirectory _current;
    private UnixFsPart? _madeRoot;
    private long _entries;

    public TreeImport(
        UnixFsImportOptions options, IUnixFsSource source, BlockBatchWriter writer, ImportProgress progress, IProgress<UnixFsTreeEntry>? made)
    {
        (_options, _source, _writer, _progress, _made) = (options, source, writer, progress, made);
        _maxRunning = source.AllowsConcurrentReads ? options.MaxConcurrentFiles : 1;
        _root = new TreeDirectory("", null, options);
        _current = _root;
        for (var i = 0; i < _maxRunning; i++)
            _idle.Push(new FileImport(options, writer, progress, _maxRunning));
    }

    public async Task<UnixFsPart> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var entry in _source.ReadAsync(stop.Token).WithCancellation(stop.Token).ConfigureAwait(false))
                await AddAsync(entry, stop.Token).ConfigureAwait(false);
            while (_running.Count > 0)
                await TakeOldestAsync(stop.Token).ConfigureAwait(false);
            await CloseAsync(_root, stop.Token).ConfigureAwait(false);
            return _madeRoot!.Value;
        }
        finally
        {
            // After a failure: nobody may touch the writer's blocks or a source's streams once this returns.
            await stop.CancelAsync().ConfigureAwait(false);
            while (_running.TryDequeue(out var running))
                await ((Task)running.File).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach (var import in _idle)
            import.Dispose();
    }

    private async ValueTask AddAsync(UnixFsSourceEntry entry, CancellationToken cancellationToken)
    {
        var names = entry.Path.Length == 0 ? [] : entry.Path.Split('/');
        foreach (var name in names)
            UnixFsName.Validate(name);
        var directories = entry.Kind == UnixFsSourceKind.Directory ? names.Length : names.Length - 1;
        if (directories < 0)
            throw new UnixFsSourceException(entry.Path, "needs a name: the root of a tree is a directory");
        if (directories > _options.MaxDepth)
            throw new UnixFsSourceException(entry.Path, $"is deeper than {_options.MaxDepth} directories");

        var directory = _source.IsDepthFirst
            ? await MoveToAsync(names, directories, entry.Path, cancellationToken).ConfigureAwait(false)
            : Open(_root, names, 0, directories, entry.Path);
        switch (entry.Kind)
        {
            case UnixFsSourceKind.Directory:
                Declare(directory, entry);
                break;
            case UnixFsSourceKind.Symlink:
                Count(entry.Path);
                await AddSymlinkAsync(directory, names[^1], entry, cancellationToken).ConfigureAwait(false);
                break;
            default:
                Count(entry.Path);
                await StartFileAsync(directory, names[^1], entry, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    // Directories count where they are opened, whether an entry declares them or only lies below them: one path of a few hundred bytes names hundreds.
    private TreeDirectory Open(TreeDirectory from, string[] names, int start, int end, string path)
    {
        for (var i = start; i < end; i++)
        {
            if (!from.TryGetOpen(names[i], out var child))
            {
                Count(path);
                child = from.OpenChild(names[i], _options);
            }

            from = child;
        }

        return from;
    }

    private void Count(string path)
    {
        if (++_entries > _options.MaxEntries)
            throw new UnixFsSourceException(path, $"exceeds the limit of {_options.MaxEntries} entries");
    }

    // Closes the directories that are not on the way to the new entry.
    private async ValueTask<TreeDirectory> MoveToAsync(string[] names, int directories, string path, CancellationToken cancellationToken)
    {
        var open = new List<TreeDirectory>();
        for (var at = _current; at.Parent is not null; at = at.Parent)
            open.Insert(0, at);
        var common = 0;
        while (common < open.Count && common < directories && open[common].Name == names[common])
            common++;
        for (var i = open.Count - 1; i >= common; i--)
        {
            open[i].Parent!.Forget(open[i]);
            await CloseAsync(open[i], cancellationToken).ConfigureAwait(false);
        }

        return _current = Open(common == 0 ? _root : open[common - 1], names, common, directories, path);
    }

    private static void Declare(TreeDirectory directory, UnixFsSourceEntry entry)
    {
        if (directory.IsDeclared)
            throw new UnixFsSourceException(entry.Path, "is there twice");
        directory.IsDeclared = true;
        directory.Builder.Mode = entry.Mode;
        directory.Builder.ModificationTime = entry.ModificationTime;
    }

    private async ValueTask AddSymlinkAsync(TreeDirectory directory, string name, UnixFsSourceEntry entry, CancellationToken cancellationToken)
    {
        if (entry.SymlinkTarget is not { } target)
            throw new UnixFsSourceException(entry.Path, "is a symbolic link without a target");
        var block = UnixFsSymlink.Make(target, entry.ModificationTime, _options.Profile);
        var part = new UnixFsPart(block.Cid, 0, (ulong)block.Size);
        await _writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        _progress.AddBlock(0);
        Finish(directory, name, UnixFsSourceKind.Symlink, part);
    }

    private async ValueTask StartFileAsync(TreeDirectory directory, string name, UnixFsSourceEntry entry, CancellationToken cancellationToken)
    {
        if (entry.OpenAsync is null)
            throw new UnixFsSourceException(entry.Path, "is a file without content");
        while (_running.Count >= _maxRunning)
            await TakeOldestAsync(cancellationToken).ConfigureAwait(false);
        directory.Unfinished++;
        FileImport import;
        lock (_idle)
            import = _idle.Pop();
        _running.Enqueue((directory, name, ImportAsync(import, entry, cancellationToken)));
        if (!_source.AllowsConcurrentReads)
            await TakeOldestAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<UnixFsPart> ImportAsync(FileImport import, UnixFsSourceEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (_source.AllowsConcurrentReads)
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var content = await entry.OpenAsync!(cancellationToken).ConfigureAwait(false);
            await using var _ = content.ConfigureAwait(false);
            return await import.ImportAsync(content, entry.Mode, entry.ModificationTime, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_idle)
                _idle.Push(import);
        }
    }

    private async ValueTask TakeOldestAsync(CancellationToken cancellationToken)
    {
        var (directory, name, file) = _running.Peek();
        var part = await file.ConfigureAwait(false);
        _running.Dequeue();
        directory.Unfinished--;
        Finish(directory, name, UnixFsSourceKind.File, part);
        await MakeAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CloseAsync(TreeDirectory directory, CancellationToken cancellationToken)
    {
        foreach (var child in directory.TakeOpen())
            await CloseAsync(child, cancellationToken).ConfigureAwait(false);
        directory.IsClosed = true;
        await MakeAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask MakeAsync(TreeDirectory directory, CancellationToken cancellationToken)
    {
        for (var at = directory; at is { IsClosed: true, Unfinished: 0 }; at = at.Parent)
        {
            var (root, dagBytes) = await at.Builder.BuildAsync(_writer, _progress, cancellationToken).ConfigureAwait(false);
            var part = new UnixFsPart(root, 0, dagBytes);
            if (at.Parent is not { } parent)
            {
                _madeRoot = part;
                Report(new UnixFsTreeEntry("", UnixFsSourceKind.Directory, root, 0, (long)dagBytes));
                return;
            }

            parent.Unfinished--;
            Finish(parent, at.Name, UnixFsSourceKind.Directory, part);
        }
    }

    private void Finish(TreeDirectory directory, string name, UnixFsSourceKind kind, in UnixFsPart part)
    {
        directory.Builder.Add(name, part.Cid, part.DagBytes);
        Report(new UnixFsTreeEntry(_made is null ? "" : directory.PathOf(name), kind, part.Cid, (long)part.FileBytes, (long)part.DagBytes));
    }

    private void Report(in UnixFsTreeEntry entry)
    {
        _progress.AddEntry();
        _made?.Report(entry);
    }
}
