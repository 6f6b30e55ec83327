namespace IpfsKit.Ipld.UnixFs;

/// <summary>A directory of a tree that is being imported and is not made yet.</summary>
internal sealed class TreeDirectory(string name, TreeDirectory? parent, UnixFsImportOptions options)
{
    public string Name { get; } = name;

    public TreeDirectory? Parent { get; } = parent;

    public UnixFsDirectoryBuilder Builder { get; } = new(options.Profile, options.MaxBlockBytes);

    /// <summary>The directories below this one that may still get entries.</summary>
    public Dictionary<string, TreeDirectory> Open { get; } = new(StringComparer.Ordinal);

    /// <summary>Files and directories below this one that are not made yet.</summary>
    public int Unfinished { get; set; }

    /// <summary>Whether no more entries come.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether it had an entry of its own.</summary>
    public bool IsDeclared { get; set; }

    public string Path => Parent is null ? "" : Parent.Parent is null ? Name : $"{Parent.Path}/{Name}";

    public string PathOf(string entry) => Parent is null ? entry : $"{Path}/{entry}";

    /// <summary>The directory of a name below this one, made where there is none.</summary>
    public TreeDirectory OpenChild(string child, UnixFsImportOptions options)
    {
        if (Open.TryGetValue(child, out var open))
            return open;
        open = new TreeDirectory(child, this, options);
        Open.Add(child, open);
        Unfinished++;
        return open;
    }
}
