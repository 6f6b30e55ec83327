using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>libp2p's use of Noise: the handshake XX, in which each side signs its static key with its identity and may name its muxers.</summary>
/// <remarks>
/// <para>The static key and its signature are made once and used for every connection, so that a handshake costs each side three agreements, one new key and one check of a signature.</para>
/// <para>Spec: <see href="https://github.com/libp2p/specs/blob/master/noise/README.md"/>.</para>
/// </remarks>
internal sealed class NoiseProtocol : ISecurityProtocol, IDisposable
{
    /// <summary>The id in multistream-select.</summary>
    public const string ProtocolId = "/noise";

    /// <summary>
    /// The longest handshake message that is read, in bytes. One with an RSA key of 8192 bits and its signature has 2.3 KiB; the rest is for the other side's extensions. The spec's own bound is 65,535.
    /// </summary>
    public const int MaxHandshakeMessageBytes = 16 * 1024;

    private readonly NoiseKeyPair _static = NoiseKeyPair.Generate();
    private readonly PublicKey _identity;
    private readonly byte[] _signature;

    /// <param name="identity">Who this side is; used for one signature, now.</param>
    public NoiseProtocol(PrivateKey identity)
    {
        _identity = identity.PublicKey;
        _signature = NoisePayload.SignStaticKey(identity, _static.PublicKey);
    }

    public string Id => ProtocolId;

    public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
    {
        try
        {
            return await HandshakeAsync(connection, expectedPeer, muxers, memory, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is NoiseHandshakeException or ConnectionClosedException)
                throw new SecurityHandshakeException(ProtocolId, e.Message, e);
            throw;
        }
    }

    public void Dispose() => _static.Dispose();

    private async ValueTask<ISecureChannel> HandshakeAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
    {
        var initiator = connection.Direction == ConnectionDirection.Outbound;
        using var handshake = new NoiseHandshake(initiator, _static, prologue: []);
        SecureSession? session = null;
        while (!handshake.IsComplete)
        {
            if (handshake.IsOwnTurn)
            {
                // The first message is readable by anybody, so nothing goes with it.
                var payload = handshake.Overhead == NoiseConstants.KeyBytes ? [] : NoisePayload.Encode(_identity, _signature, muxers);
                await WriteAsync(connection, handshake, payload, cancellationToken).ConfigureAwait(false);
            }
            else if (await ReadAsync(connection, handshake, cancellationToken).ConfigureAwait(false) is { } remote)
            {
                if (expectedPeer is { } expected && expected != remote.Identity.PeerId)
                    throw new PeerIdMismatchException(expected, remote.Identity.PeerId);
                var (first, second) = initiator ? (muxers, remote.Muxers) : (remote.Muxers, muxers);
                if (!MuxerSelection.TrySelect(first, second, out var muxer))
                    throw new NoiseHandshakeException($"{remote.Identity.PeerId} speaks none of {string.Join(", ", muxers)}.");
                session = new SecureSession(ProtocolId, remote.Identity, connection, muxer);
            }
        }

        var (send, receive) = handshake.Split();
        return new NoiseChannel(connection, session!, send, receive, memory);
    }

    private static async ValueTask WriteAsync(IRawConnection connection, NoiseHandshake handshake, byte[] payload, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(NoiseConstants.LengthBytes + payload.Length + handshake.Overhead);
        try
        {
            var bytes = handshake.WriteMessage(payload, buffer.AsSpan(NoiseConstants.LengthBytes));
            BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)bytes);
            await connection.WriteAsync(buffer.AsMemory(0, NoiseConstants.LengthBytes + bytes), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a message and not a byte more: what follows belongs to the channel.</summary>
    /// <returns>Who the other side is and the muxers that it speaks; null after the first message, which does not say.</returns>
    private static async ValueTask<(PublicKey Identity, IReadOnlyList<string> Muxers)?> ReadAsync(IRawConnection connection, NoiseHandshake handshake, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024);
        try
        {
            if (!await connection.TryReadExactlyAsync(buffer.AsMemory(0, NoiseConstants.LengthBytes), cancellationToken).ConfigureAwait(false))
                throw new NoiseHandshakeException("the other side closed the connection.");
            var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            if (length > MaxHandshakeMessageBytes)
                throw new NoiseHandshakeException($"a message has {length} bytes, more than {MaxHandshakeMessageBytes}.");
            if (length < handshake.Overhead)
                throw new NoiseHandshakeException($"a message has {length} bytes, fewer than {handshake.Overhead}.");
            if (buffer.Length < length)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(length);
            }

            var message = buffer.AsMemory(0, length);
            if (!await connection.TryReadExactlyAsync(message, cancellationToken).ConfigureAwait(false))
                throw new NoiseHandshakeException("the other side closed the connection within a message.");
            return Open(handshake, message.Span);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (PublicKey Identity, IReadOnlyList<string> Muxers)? Open(NoiseHandshake handshake, Span<byte> message)
    {
        var first = handshake.Overhead == NoiseConstants.KeyBytes;
        var payload = handshake.ReadMessage(message);
        return first ? null : NoisePayload.Open(payload, handshake.RemoteStaticKey);
    }
}
