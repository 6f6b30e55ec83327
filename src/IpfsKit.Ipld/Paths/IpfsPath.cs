using System.Diagnostics.CodeAnalysis;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>A root and the names to follow below it: <c>/ipfs/&lt;cid&gt;/a/b</c>.</summary>
/// <remarks>
/// <para>Text forms: <c>/ipfs/&lt;cid&gt;/a/b</c>, <c>ipfs://&lt;cid&gt;/a/b</c> and <c>&lt;cid&gt;/a/b</c>. Names are taken as they are, nothing is
/// percent-decoded; empty names (doubled or trailing slashes) are dropped. <c>.</c>, <c>..</c>, NUL and text that is not valid Unicode are
/// refused: they name nothing in a DAG, and whoever sends them hopes that somebody resolves them against a file system.</para>
/// <para>Immutable; equal when the roots and all names are equal, ordinally.</para>
/// </remarks>
public sealed class IpfsPath : IEquatable<IpfsPath>, ISpanParsable<IpfsPath>
{
    /// <summary>The longest text that is accepted, in characters.</summary>
    public const int MaxTextLength = 32 << 10;

    /// <summary>The most names below a root.</summary>
    public const int MaxSegments = 1024;

    private const string Prefix = "/ipfs/";
    private const string Scheme = "ipfs://";
    private readonly string[] _segments;

    /// <summary>Names a root itself.</summary>
    /// <exception cref="ArgumentException"><paramref name="root"/> is <c>default</c>.</exception>
    public IpfsPath(Cid root)
        : this(root, [])
    {
    }

    private IpfsPath(Cid root, string[] segments)
    {
        if (root.IsDefault)
            throw new ArgumentException("A path needs a root.", nameof(root));
        Root = root;
        _segments = segments;
    }

    /// <summary>The root, as it was written.</summary>
    public Cid Root { get; }

    /// <summary>The names below the root, outermost first; empty for the root itself.</summary>
    public IReadOnlyList<string> Segments => _segments;

    /// <summary>The names joined by slashes, without a leading one; empty for the root itself.</summary>
    public string Remainder => string.Join('/', _segments);

    /// <summary>The last name, or the root's text.</summary>
    public string Name => _segments is [.., var last] ? last : Root.ToString();

    /// <summary>A root is a path without names.</summary>
    public static implicit operator IpfsPath(Cid root) => FromCid(root);

    /// <inheritdoc cref="IpfsPath(Cid)"/>
    public static IpfsPath FromCid(Cid root) => new(root);

    /// <summary>Whether both are the same path, or both null.</summary>
    public static bool operator ==(IpfsPath? left, IpfsPath? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(IpfsPath? left, IpfsPath? right) => !(left == right);

    /// <summary>This path with one more name.</summary>
    /// <exception cref="FormatException">It is no name: empty, <c>.</c>, <c>..</c>, or holds a slash, NUL or invalid Unicode.</exception>
    public IpfsPath Append(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.Contains('/') || !IsName(name) || _segments.Length == MaxSegments)
            throw new FormatException($"'{name}' cannot be a name in an IPFS path.");
        return new IpfsPath(Root, [.. _segments, name]);
    }

    /// <summary>Parses any of the text forms.</summary>
    /// <exception cref="FormatException">The text is none; the message names it.</exception>
    public static IpfsPath Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var path)
        ? path
        : throw new FormatException($"'{Shorten(s)}' is not an IPFS path of the form /ipfs/<cid>/name/name.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static IpfsPath Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <summary>Parses any of the text forms.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out IpfsPath result)
    {
        result = null;
        if (s.Length > MaxTextLength)
            return false;
        if (s.StartsWith(Prefix, StringComparison.Ordinal))
            s = s[Prefix.Length..];
        else if (s.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            s = s[Scheme.Length..];
        var slash = s.IndexOf('/');
        if (!Cid.TryParse(slash < 0 ? s : s[..slash], out var root))
            return false;
        var segments = new List<string>();
        var rest = slash < 0 ? default : s[slash..];
        foreach (var range in rest.Split('/'))
        {
            var segment = rest[range];
            if (segment.IsEmpty)
                continue;
            if (!IsName(segment) || segments.Count == MaxSegments)
                return false;
            segments.Add(segment.ToString());
        }

        result = new IpfsPath(root, [.. segments]);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out IpfsPath)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out IpfsPath result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out IpfsPath result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] IpfsPath? other) =>
        other is not null && Root == other.Root && _segments.AsSpan().SequenceEqual(other._segments);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as IpfsPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Root);
        foreach (var segment in _segments)
            hash.Add(segment, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>The form <c>/ipfs/&lt;cid&gt;/a/b</c>.</summary>
    public override string ToString() => _segments.Length == 0 ? $"{Prefix}{Root}" : $"{Prefix}{Root}/{Remainder}";

    /// <summary>The path of a URL: <see cref="ToString"/> with every name percent-encoded.</summary>
    public string ToUriPath() => _segments.Length == 0
        ? ToString()
        : $"{Prefix}{Root}/{string.Join('/', _segments.Select(Uri.EscapeDataString))}";

    private static bool IsName(ReadOnlySpan<char> segment) => segment is not ("." or "..") && !segment.Contains('\0') && StrictUtf8.IsValid(segment);

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 200 ? text.ToString() : $"{text[..200]}… ({text.Length} characters)";
}
