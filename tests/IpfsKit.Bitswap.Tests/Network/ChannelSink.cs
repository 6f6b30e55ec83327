using System.Threading.Channels;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>Hands what it is told to a test, in order.</summary>
internal sealed class ChannelSink : IMessageSink
{
    private readonly Channel<object> _parts = Channel.CreateBounded<object>(100_000);

    public void OnWantlist(PeerId peer, IReadOnlyList<WantlistEntry> entries, bool isFull) => Assert.True(_parts.Writer.TryWrite((WantlistEntry[])[.. entries]));

    public ValueTask OnBlockAsync(PeerId peer, ReceivedBlock block, CancellationToken cancellationToken)
    {
        using (block)
            return _parts.Writer.WriteAsync(block.Buffer.Memory.ToArray(), cancellationToken);
    }

    public void OnPresences(PeerId peer, IReadOnlyList<BlockPresence> presences) => Assert.True(_parts.Writer.TryWrite((BlockPresence[])[.. presences]));

    /// <summary>The next part.</summary>
    public async Task<T> NextAsync<T>() =>
        Assert.IsType<T>(await _parts.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

    /// <summary>Whether there is nothing that the test has not taken.</summary>
    public bool IsEmpty => _parts.Reader.Count == 0;
}
