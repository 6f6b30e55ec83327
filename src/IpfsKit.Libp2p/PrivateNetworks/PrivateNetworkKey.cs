using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Transports;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace IpfsKit.Libp2p.PrivateNetworks;

/// <summary>The secret that all peers of a private network share; those without it understand nothing that they say. Thread-safe; disposing wipes it.</summary>
/// <remarks>
/// The file <c>swarm.key</c> of kubo and other implementations:
/// <code>
/// /key/swarm/psk/1.0.0/
/// /base16/
/// 64 hexadecimal digits
/// </code>
/// or <c>/base64/</c> and 44 characters, or <c>/bin/</c> and 32 bytes. Spec: <see href="https://github.com/libp2p/specs/blob/master/pnet/Private-Networks-PSK-V1.md"/>.
/// </remarks>
public sealed class PrivateNetworkKey : IConnectionProtector, IDisposable
{
    /// <summary>The bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>The longest file that is read, in bytes; a usual one has 95.</summary>
    public const int MaxFileBytes = 1024;

    private static ReadOnlySpan<byte> Header => "/key/swarm/psk/1.0.0/"u8;

    private readonly byte[] _key;

    private PrivateNetworkKey(byte[] key) => _key = key;

    /// <summary>A name for the key that gives nothing of it away: 16 bytes in hexadecimal, as kubo prints them.</summary>
    public string Fingerprint
    {
        get
        {
            Span<byte> stream = stackalloc byte[64];
            stream.Clear();
            var salsa = new Salsa20Engine();
            salsa.Init(true, new ParametersWithIV(new KeyParameter(_key), "finprint"u8.ToArray()));
            salsa.ProcessBytes(stream, stream);
            var shake = new ShakeDigest(128);
            shake.BlockUpdate(stream);
            Span<byte> fingerprint = stackalloc byte[16];
            shake.OutputFinal(fingerprint);
            return Convert.ToHexStringLower(fingerprint);
        }
    }

    /// <summary>Makes a new key from the operating system's random numbers.</summary>
    public static PrivateNetworkKey Generate() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Reads the content of a <c>swarm.key</c>.</summary>
    /// <exception cref="PrivateNetworkKeyException">It is not one.</exception>
    public static PrivateNetworkKey Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFileBytes)
            throw new PrivateNetworkKeyException($"it has {file.Length} bytes, more than {MaxFileBytes}.");
        if (!TakeLine(ref file).SequenceEqual(Header))
            throw new PrivateNetworkKeyException("it does not begin with the line /key/swarm/psk/1.0.0/.");
        var encoding = TakeLine(ref file);
        var key = new byte[KeyBytes];
        var read = encoding switch
        {
            _ when encoding.SequenceEqual("/base16/"u8) => TryReadBase16(file, key),
            _ when encoding.SequenceEqual("/base64/"u8) => TryReadBase64(file, key),
            _ when encoding.SequenceEqual("/bin/"u8) => file.Length == KeyBytes && file.TryCopyTo(key),
            _ => throw new PrivateNetworkKeyException("its second line is none of /base16/, /base64/ and /bin/."),
        };
        return read ? new PrivateNetworkKey(key) : throw new PrivateNetworkKeyException($"what follows is not {KeyBytes} bytes in the encoding that it names.");
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static PrivateNetworkKey Parse(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Parse(Encoding.UTF8.GetBytes(file));
    }

    /// <summary>Reads a <c>swarm.key</c>.</summary>
    /// <exception cref="PrivateNetworkKeyException">The file is not one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PrivateNetworkKey Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Span<byte> content = stackalloc byte[MaxFileBytes + 1];
        try
        {
            return Parse(content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>The content of a <c>swarm.key</c> with this key, in base 16, which every implementation reads. It is the secret.</summary>
    public string Export() => $"/key/swarm/psk/1.0.0/\n/base16/\n{Convert.ToHexStringLower(_key)}\n";

    /// <summary>Wipes the secret; connections that have begun go on.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>The fingerprint, and not the secret.</summary>
    public override string ToString() => Fingerprint;

    /// <summary>Makes a raw connection one of the private network: sends this side's nonce, and takes the other side's when it reads first.</summary>
    /// <param name="connection">Owned by the result from now on; aborted if this fails.</param>
    /// <param name="cancellationToken">Ends it, and the connection.</param>
    internal async ValueTask<IRawConnection> ProtectAsync(IRawConnection connection, CancellationToken cancellationToken)
    {
        var nonce = RandomNumberGenerator.GetBytes(XSalsa20.NonceBytes);
        try
        {
            await connection.WriteAsync(nonce, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new PrivateNetworkConnection(connection, _key, nonce);
    }

    ValueTask<IRawConnection> IConnectionProtector.ProtectAsync(IRawConnection connection, CancellationToken cancellationToken) => ProtectAsync(connection, cancellationToken);

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    private static bool TryReadBase16(ReadOnlySpan<byte> text, Span<byte> key)
    {
        text = text.TrimEnd("\r\n"u8);
        return text.Length == 2 * KeyBytes && Convert.FromHexString(text, key, out _, out var bytes) == System.Buffers.OperationStatus.Done && bytes == KeyBytes;
    }

    private static bool TryReadBase64(ReadOnlySpan<byte> text, Span<byte> key)
    {
        text = text.TrimEnd("\r\n"u8);
        return text.Length == Base64.GetMaxEncodedToUtf8Length(KeyBytes) && Base64.DecodeFromUtf8(text, key, out _, out var bytes) == System.Buffers.OperationStatus.Done && bytes == KeyBytes;
    }
}
