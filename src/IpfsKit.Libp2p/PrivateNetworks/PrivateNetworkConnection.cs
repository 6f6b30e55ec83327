using System.Buffers;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.PrivateNetworks;

/// <summary>A raw connection of which every byte is enciphered with the key of the private network.</summary>
/// <remarks>
/// Each side sends 24 bytes, its nonce, and its stream behind them. Nothing says whether the other side has the same key: with another one what it says is noise, and the security protocol above refuses it.
/// </remarks>
internal sealed class PrivateNetworkConnection : IRawConnection
{
    /// <summary>How much is enciphered and sent at a time.</summary>
    private const int ChunkBytes = 64 * 1024;

    private readonly IRawConnection _inner;
    private readonly byte[] _key;
    private readonly XSalsa20 _outgoing;
    private readonly byte[] _nonce = new byte[XSalsa20.NonceBytes];
    private int _nonceBytes;
    private XSalsa20? _incoming;

    /// <param name="inner">The connection, on which this side's nonce has been sent.</param>
    /// <param name="key">The key; copied.</param>
    /// <param name="nonce">This side's nonce.</param>
    public PrivateNetworkConnection(IRawConnection inner, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        _inner = inner;
        _key = key.ToArray();
        _outgoing = new XSalsa20(key, nonce);
    }

    public Multiaddr LocalAddress => _inner.LocalAddress;

    public Multiaddr RemoteAddress => _inner.RemoteAddress;

    public ConnectionDirection Direction => _inner.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_incoming is null)
            return ReadNonceAndMoreAsync(buffer, cancellationToken);
        var read = _inner.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return AwaitAsync(read, buffer);
        var bytes = read.Result;
        _incoming.Apply(buffer.Span[..bytes]);
        return ValueTask.FromResult(bytes);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
            return;
        var chunk = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, ChunkBytes));
        try
        {
            while (!buffer.IsEmpty)
            {
                var bytes = Math.Min(buffer.Length, chunk.Length);
                _outgoing.Apply(buffer.Span[..bytes], chunk);
                await _inner.WriteAsync(chunk.AsMemory(0, bytes), cancellationToken).ConfigureAwait(false);
                buffer = buffer[bytes..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _inner.CompleteWritesAsync(cancellationToken);

    public void Abort() => _inner.Abort();

    public async ValueTask DisposeAsync()
    {
        // The ciphers are left to the collector: a read or a write may still be under way, and wiping one beneath it would send what is not enciphered.
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<int> AwaitAsync(ValueTask<int> read, Memory<byte> buffer)
    {
        var bytes = await read.ConfigureAwait(false);
        _incoming!.Apply(buffer.Span[..bytes]);
        return bytes;
    }

    private async ValueTask<int> ReadNonceAndMoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_nonceBytes < _nonce.Length)
        {
            var bytes = await _inner.ReadAsync(_nonce.AsMemory(_nonceBytes), cancellationToken).ConfigureAwait(false);
            if (bytes == 0)
            {
                _inner.Abort();
                throw new ConnectionClosedException("The other side of the private network closed the connection before it had sent its nonce.");
            }

            _nonceBytes += bytes;
        }

        _incoming = new XSalsa20(_key, _nonce);
        CryptographicOperations.ZeroMemory(_key);
        return await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }
}
