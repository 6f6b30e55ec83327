using System.Runtime.CompilerServices;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>The fields of a message as they come, each held against where the part that it is in ends. For one reader.</summary>
internal sealed class MessageFields(MessageInput input, PeerId peer, ReadDeadline deadline)
{
    /// <summary>How many bytes of the message were consumed.</summary>
    public int Position => input.Position;

    /// <summary>Reads the start of a field that ends, with what follows, at <paramref name="end"/> or before.</summary>
    /// <exception cref="ProtocolViolationException">There is none.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ProtoField> ReadAsync(int end)
    {
        var most = Math.Min(ProtoField.MaxBytes, end - input.Position);
        await input.EnsureAsync(most, deadline.Token).ConfigureAwait(false);
        return Take(most, end);
    }

    /// <summary>Completes when so many bytes of the message are here; <see cref="MessageInput.Available"/> has them then.</summary>
    public ValueTask EnsureAsync(int bytes) => input.EnsureAsync(bytes, deadline.Token);

    /// <summary>Forgets what follows the start of a field.</summary>
    public ValueTask SkipAsync(in ProtoField field) => input.SkipAsync((int)field.Following, deadline.Token);

    private ProtoField Take(int most, int end)
    {
        var reader = new ProtoReader(input.Available[..most]);
        if (!reader.TryReadField(out var field))
            throw new ProtocolViolationException($"{peer} sends a message that is malformed.");
        input.Advance(most - reader.Left);
        if (field.Following > (ulong)(end - input.Position))
            throw new ProtocolViolationException($"{peer} sends a message with a field of {field.Following} bytes where {end - input.Position} are left.");
        return field;
    }
}
