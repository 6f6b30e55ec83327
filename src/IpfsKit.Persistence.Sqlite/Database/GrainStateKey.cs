using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>What a state is found by: its grain and its name.</summary>
internal readonly struct GrainStateKey
{
    private readonly byte[] _bytes;
    private readonly int _grainLength;

    public GrainStateKey(string stateName, GrainId grainId)
    {
        ArgumentException.ThrowIfNullOrEmpty(stateName);
        var type = grainId.Type.AsSpan();
        var key = grainId.Key.AsSpan();
        _grainLength = type.Length + 1 + key.Length;
        _bytes = new byte[_grainLength + 1 + Encoding.UTF8.GetByteCount(stateName)];
        type.CopyTo(_bytes);
        _bytes[type.Length] = (byte)'/';
        key.CopyTo(_bytes.AsSpan(type.Length + 1));
        Encoding.UTF8.GetBytes(stateName, _bytes.AsSpan(_grainLength + 1));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes, digest);
        Hash = BinaryPrimitives.ReadInt64LittleEndian(digest);
    }

    /// <summary>The grain as <c>type/key</c>, in UTF-8.</summary>
    public ReadOnlySpan<byte> Grain => _bytes.AsSpan(0, _grainLength);

    /// <summary>The state's name, in UTF-8.</summary>
    public ReadOnlySpan<byte> Name => _bytes.AsSpan(_grainLength + 1);

    /// <summary>The first eight bytes of the SHA-256 of grain and name: what the index holds. Callers choose keys, so it must not be easy to find many with one hash.</summary>
    public long Hash { get; }

    /// <summary>The bytes that it holds.</summary>
    public int Length => _bytes.Length;
}
