using System.Security.Cryptography;
using static IpfsKit.Libp2p.Security.Noise.NoiseConstants;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>The handshake <c>Noise_XX_25519_ChaChaPoly_SHA256</c>, bytes in and out: the HandshakeState of Noise. Not thread-safe.</summary>
/// <remarks>
/// <code>
/// 0  -> e                payload in the clear
/// 1  &lt;- e, ee, s, es     payload for whoever answers
/// 2  -> s, se            payload for the one who proved its static key
/// </code>
/// Spec: <see href="https://noiseprotocol.org/noise.html#the-handshakestate-object"/>. The letters say whose keys: <c>es</c> is the initiator's
/// ephemeral with the responder's static key.
/// </remarks>
internal sealed class NoiseHandshake : IDisposable
{
    private readonly NoiseSymmetricState _symmetric = new("Noise_XX_25519_ChaChaPoly_SHA256"u8);
    private readonly bool _initiator;
    private readonly NoiseKeyPair _static;
    private readonly byte[] _remoteStatic = new byte[KeyBytes];
    private readonly byte[] _remoteEphemeral = new byte[KeyBytes];
    private NoiseKeyPair? _ephemeral;
    private int _message;

    /// <param name="initiator">Whether this side begins.</param>
    /// <param name="staticKey">The caller's.</param>
    /// <param name="prologue">What both sides must know already; nothing in libp2p over connections.</param>
    /// <param name="ephemeralKey">For test vectors only; owned by the handshake.</param>
    public NoiseHandshake(bool initiator, NoiseKeyPair staticKey, ReadOnlySpan<byte> prologue, NoiseKeyPair? ephemeralKey = null)
    {
        _initiator = initiator;
        _static = staticKey;
        _ephemeral = ephemeralKey;
        _symmetric.MixHash(prologue);
    }

    /// <summary>Whether the three messages are through.</summary>
    public bool IsComplete => _message == 3;

    /// <summary>Whether the next message is this side's.</summary>
    public bool IsOwnTurn => _initiator == (_message != 1);

    /// <summary>The other side's static key, from the message on in which it came.</summary>
    public ReadOnlySpan<byte> RemoteStaticKey => _remoteStatic;

    /// <summary>The hash of all that was said, when complete.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    /// <summary>How much longer the next message is than its payload, in bytes.</summary>
    public int Overhead => GetOverhead(_message);

    /// <summary>Makes this side's next message.</summary>
    /// <param name="payload">What goes with it.</param>
    /// <param name="message">Room for the payload and <see cref="Overhead"/>.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="NoiseHandshakeException">The other side's keys agree with none.</exception>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        if (_message > 2 || !IsOwnTurn)
            throw new InvalidOperationException("It is the other side's turn.");
        var offset = 0;
        if (_message < 2)
        {
            _ephemeral ??= NoiseKeyPair.Generate();
            _ephemeral.PublicKey.CopyTo(message);
            _symmetric.MixHash(_ephemeral.PublicKey);
            offset = KeyBytes;
        }

        if (_message == 1)
            MixAgreement(_ephemeral!, _remoteEphemeral); // ee
        if (_message > 0)
        {
            offset += _symmetric.EncryptAndHash(_static.PublicKey, message[offset..]); // s
            MixAgreement(_static, _remoteEphemeral); // es of message 1, se of message 2
        }

        offset += _symmetric.EncryptAndHash(payload, message[offset..]);
        _message++;
        return offset;
    }

    /// <summary>Takes the other side's next message.</summary>
    /// <param name="message">All of it; it is decrypted in place.</param>
    /// <returns>What came with it: the part of <paramref name="message"/> in which it is.</returns>
    /// <exception cref="NoiseHandshakeException">It is not the next message of this handshake.</exception>
    public Span<byte> ReadMessage(Span<byte> message)
    {
        if (_message > 2 || IsOwnTurn)
            throw new InvalidOperationException("It is this side's turn.");
        if (message.Length < Overhead)
            throw new NoiseHandshakeException($"message {_message + 1} has {message.Length} bytes, fewer than {Overhead}.");
        if (_message < 2)
        {
            message[..KeyBytes].CopyTo(_remoteEphemeral);
            _symmetric.MixHash(_remoteEphemeral);
            message = message[KeyBytes..];
        }

        if (_message == 1)
            MixAgreement(_ephemeral!, _remoteEphemeral); // ee
        if (_message > 0)
        {
            const int fieldBytes = KeyBytes + TagBytes;
            if (!_symmetric.TryDecryptAndHash(message[..fieldBytes], _remoteStatic)) // s
                throw new NoiseHandshakeException($"the static key in message {_message + 1} is forged.");
            MixAgreement(_ephemeral!, _remoteStatic); // es of message 1, se of message 2
            message = message[fieldBytes..];
        }

        var payload = message[..^_symmetric.Overhead];
        if (!_symmetric.TryDecryptAndHash(message, payload))
            throw new NoiseHandshakeException($"the payload of message {_message + 1} is forged.");
        _message++;
        return payload;
    }

    /// <summary>The ciphers from now on.</summary>
    public (NoiseCipher Send, NoiseCipher Receive) Split()
    {
        if (!IsComplete)
            throw new InvalidOperationException("The handshake is not complete.");
        var (initiator, responder) = _symmetric.Split();
        return _initiator ? (initiator, responder) : (responder, initiator);
    }

    public void Dispose()
    {
        _ephemeral?.Dispose();
        _symmetric.Dispose();
    }

    private static int GetOverhead(int message) => message switch
    {
        0 => KeyBytes,
        1 => KeyBytes + KeyBytes + TagBytes + TagBytes,
        _ => KeyBytes + TagBytes + TagBytes,
    };

    private void MixAgreement(NoiseKeyPair own, ReadOnlySpan<byte> remote)
    {
        Span<byte> secret = stackalloc byte[KeyBytes];
        if (!own.TryAgree(remote, secret))
            throw new NoiseHandshakeException("a public key of the other side is one of those with which every secret is zero.");
        _symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
    }
}
