using IpfsKit.Ipld;

namespace IpfsKit.Bitswap.Messages;

/// <summary>The bytes of a block as they came, not hashed yet. Whoever has it disposes it, or makes a <see cref="Block"/> of it, which then owns the buffer.</summary>
internal readonly record struct ReceivedBlock(CidPrefix Prefix, PooledBuffer Buffer) : IDisposable
{
    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => Buffer.Dispose();
}
