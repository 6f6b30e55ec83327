using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Reads the blocks of messages, each from the stream straight into the buffer that will be the block's, and hands them over one at a time. For one reader.</summary>
internal sealed class BlockReader(MessageInput input, MessageFields fields, StreamMemory memory, PeerId peer, IMessageSink sink, ReadDeadline deadline)
{
    /// <summary>How many blocks were ignored, as their prefix names none that could have been asked for.</summary>
    public long Ignored { get; private set; }

    /// <summary>Reads <c>blocks = 2</c>: the bytes of a block, which has the prefix of version 0.</summary>
    public async ValueTask ReadBareAsync(int length) =>
        await DeliverAsync(CidPrefix.V0, await ReadDataAsync(length).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Reads <c>payload = 3 { prefix = 1, data = 2 }</c>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadPayloadAsync(int end)
    {
        CidPrefix? prefix = null;
        var hasPrefix = false;
        PooledBuffer? data = null;
        try
        {
            while (fields.Position < end)
            {
                var field = await fields.ReadAsync(end).ConfigureAwait(false);
                if (field.IsBytes(1) && field.Value <= BitswapProtocol.MaxPrefixBytes)
                {
                    hasPrefix = true;
                    await fields.EnsureAsync((int)field.Value).ConfigureAwait(false);
                    prefix = EntryReader.TryReadPrefix(input.Available[..(int)field.Value], out var read) ? read : null;
                    input.Advance((int)field.Value);
                }
                else if (field.IsBytes(2) && (prefix is not null || !hasPrefix))
                {
                    Release(ref data);
                    data = await ReadDataAsync((int)field.Value).ConfigureAwait(false);
                }
                else
                {
                    await fields.SkipAsync(field).ConfigureAwait(false);
                }
            }

            if (prefix is not { } known)
            {
                Ignored++;
                return;
            }

            // Protobuf leaves out a value that is empty, and there is a block that is.
            var block = data ?? PooledBuffer.Rent(0);
            data = null;
            await DeliverAsync(known, block).ConfigureAwait(false);
        }
        finally
        {
            Release(ref data);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PooledBuffer> ReadDataAsync(int length)
    {
        if (length > BlockLimits.MaxBlockBytes)
            throw new ProtocolViolationException($"{peer} sends a block of {length} bytes; {BlockLimits.MaxBlockBytes} are allowed.");
        await memory.ReserveAsync(length).ConfigureAwait(false);
        var buffer = PooledBuffer.Rent(length);
        try
        {
            await input.ReadAsync(buffer.Memory, deadline.Token).ConfigureAwait(false);
            return buffer;
        }
        catch
        {
            Release(ref buffer!);
            throw;
        }
    }

    /// <summary>Gives a block to the sink. Its memory is the stream's until the sink lets the reader go on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(CidPrefix prefix, PooledBuffer data)
    {
        var length = data.Memory.Length;
        var isPaused = false;
        try
        {
            var taken = sink.OnBlockAsync(peer, new ReceivedBlock(prefix, data), deadline.Outer);
            if (!taken.IsCompleted)
            {
                isPaused = true;
                deadline.Pause();
            }

            await taken.ConfigureAwait(false);
        }
        finally
        {
            memory.Release(length);
        }

        if (isPaused)
            deadline.Resume();
    }

    private void Release(ref PooledBuffer? data)
    {
        if (data is null)
            return;
        memory.Release(data.Memory.Length);
        data.Dispose();
        data = null;
    }
}
