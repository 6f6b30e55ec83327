using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A directory of a tree that is being imported and is not made yet.</summary>
internal sealed class TreeDirectory(string name, TreeDirectory? parent, UnixFsImportOptions options)
{
    // Most directories have none below them, or one at a time.
    private Dictionary<string, TreeDirectory>? _open;

    public string Name { get; } = name;

    public TreeDirectory? Parent { get; } = parent;

    public UnixFsDirectoryBuilder Builder { get; } = new(options.Profile, options.MaxBlockBytes);

    /// <summary>Files and directories below this one that are not made yet.</summary>
    public int Unfinished { get; set; }

    /// <summary>Whether no more entries come.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether it had an entry of its own.</summary>
    public bool IsDeclared { get; set; }

    public string Path => Parent is null ? "" : Parent.Parent is null ? Name : $"{Parent.Path}/{Name}";

    public string PathOf(string entry) => Parent is null ? entry : $"{Path}/{entry}";

    /// <summary>The directory of a name below this one, if it is there and may still get entries.</summary>
    public bool TryGetOpen(string child, [NotNullWhen(true)] out TreeDirectory? open)
    {
        open = null;
        return _open?.TryGetValue(child, out open) is true;
    }

    /// <summary>Makes the directory of a name below this one, of which there is none.</summary>
    public TreeDirectory OpenChild(string child, UnixFsImportOptions options)
    {
        var open = new TreeDirectory(child, this, options);
        (_open ??= new(StringComparer.Ordinal)).Add(child, open);
        Unfinished++;
        return open;
    }

    /// <summary>Says that a directory below this one gets no more entries.</summary>
    public void Forget(TreeDirectory child) => _open?.Remove(child.Name);

    /// <summary>The directories below this one that may still get entries, of which it then has none.</summary>
    public IReadOnlyCollection<TreeDirectory> TakeOpen()
    {
        var open = _open;
        _open = null;
        return open is null ? [] : open.Values;
    }
}
