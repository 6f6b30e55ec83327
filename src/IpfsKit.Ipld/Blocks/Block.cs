using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>Bytes and the CID that names them, either proven to match or explicitly not.</summary>
/// <remarks>
/// <para>Immutable and safe to share between threads. A block whose bytes are in a pooled buffer is reference counted: whoever
/// gets a block from a store or a reader owns one reference and disposes it once; <see cref="Retain"/> adds a reference for another owner.
/// After the last <see cref="Dispose"/> the buffer goes back to its pool and <see cref="Data"/> throws. A block that is never
/// disposed costs the pool one buffer and nothing else. Blocks over plain arrays ignore both calls.</para>
/// <para>A block is <em>verified</em> when its bytes were hashed in this process and matched, or were read by a store that did so at
/// admission and has checked their record since. Stores accept only verified blocks.</para>
/// </remarks>
public sealed class Block : IDisposable
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly IMemoryOwner<byte>? _owner;
    private int _references = 1;
    private volatile bool _isVerified;

    private Block(in Cid cid, ReadOnlyMemory<byte> data, bool isVerified, IMemoryOwner<byte>? owner)
    {
        if (cid.IsDefault)
            throw new ArgumentException("A block needs a CID.", nameof(cid));
        Cid = cid;
        _data = data;
        _owner = owner;
        _isVerified = isVerified;
    }

    /// <summary>The name of the bytes, in the form under which they were asked for or made.</summary>
    public Cid Cid { get; }

    /// <summary>Whether the bytes are known to hash to <see cref="Cid"/>.</summary>
    public bool IsVerified => _isVerified;

    /// <summary>The bytes; valid until the last <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was disposed.</exception>
    public ReadOnlyMemory<byte> Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_owner is not null && Volatile.Read(ref _references) <= 0, this);
            return _data;
        }
    }

    /// <summary>The number of bytes.</summary>
    public int Size => _data.Length;

    /// <summary>Names bytes: hashes them and makes a version 1 CID.</summary>
    /// <param name="codec">What the bytes are encoded in.</param>
    /// <param name="data">The bytes; not copied, the caller must not change them.</param>
    /// <param name="hash">The hash function.</param>
    /// <param name="owner">Where the bytes live, if pooled; the block takes it over.</param>
    /// <exception cref="UnsupportedHashException">The function is not supported, or not cryptographic, so that its digest proves nothing.</exception>
    public static Block Create(Multicodec codec, ReadOnlyMemory<byte> data, Multicodec hash = Multicodec.Sha2_256, IMemoryOwner<byte>? owner = null)
    {
        if (!MultihashAlgorithm.IsVerifiable(hash))
            throw new UnsupportedHashException(hash);
        return new(Cid.CreateV1(codec, MultihashAlgorithm.Compute(hash, data.Span)), data, isVerified: true, owner);
    }

    /// <summary>Checks that bytes hash to their name.</summary>
    /// <param name="cid">The name.</param>
    /// <param name="data">The bytes; not copied, the caller must not change them.</param>
    /// <param name="owner">Where the bytes live, if pooled; taken over by the block, and left to the caller if this throws.</param>
    /// <exception cref="BlockIntegrityException">They do not.</exception>
    /// <exception cref="UnsupportedHashException">The function is not supported.</exception>
    public static Block CreateVerified(in Cid cid, ReadOnlyMemory<byte> data, IMemoryOwner<byte>? owner = null)
    {
        if (!MultihashAlgorithm.Verify(cid.Hash, data.Span))
            throw new BlockIntegrityException(cid);
        return new Block(cid, data, isVerified: true, owner);
    }

    /// <summary>Pairs bytes with a name that nobody has checked.</summary>
    /// <inheritdoc cref="CreateVerified" path="/param"/>
    public static Block CreateUnverified(in Cid cid, ReadOnlyMemory<byte> data, IMemoryOwner<byte>? owner = null) =>
        new(cid, data, isVerified: false, owner);

    /// <summary>Pairs bytes with a name that the caller vouches for: it has just hashed them, or verified the record that holds them.</summary>
    /// <inheritdoc cref="CreateVerified" path="/param"/>
    public static Block CreateTrusted(in Cid cid, ReadOnlyMemory<byte> data, IMemoryOwner<byte>? owner = null) =>
        new(cid, data, isVerified: true, owner);

    /// <summary>The block that an identity CID holds in itself.</summary>
    /// <exception cref="ArgumentException">It is no identity CID.</exception>
    public static Block CreateIdentity(in Cid cid) =>
        cid.Hash.IsIdentity ? CreateTrusted(cid, cid.Hash.Digest.ToArray()) : throw new ArgumentException($"{cid} does not hold its own bytes.", nameof(cid));

    /// <summary>Hashes the bytes, unless they are verified already; afterwards <see cref="IsVerified"/> is true for every holder.</summary>
    /// <exception cref="BlockIntegrityException">They do not match; the block stays unverified.</exception>
    /// <exception cref="UnsupportedHashException">The function is not supported.</exception>
    public void Verify()
    {
        if (_isVerified)
            return;
        if (!MultihashAlgorithm.Verify(Cid.Hash, Data.Span))
            throw new BlockIntegrityException(Cid);
        _isVerified = true;
    }

    /// <summary>Adds a reference for another owner, who disposes it; returns this block.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was already disposed.</exception>
    public Block Retain()
    {
        if (_owner is null)
            return this;
        var seen = Volatile.Read(ref _references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(seen <= 0, this);
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
                return this;
            seen = before;
        }
    }

    /// <summary>Gives one reference back.</summary>
    public void Dispose()
    {
        if (_owner is not null && Interlocked.Decrement(ref _references) == 0)
            _owner.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Cid} ({Size} bytes{(IsVerified ? "" : ", unverified")})";
}
