using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A muxer that only shows the channel that it got.</summary>
internal sealed class TestMuxer(string id) : IMuxer
{
    public string Id => id;

    public IMuxedConnection Multiplex(ISecureChannel channel, IMemoryBudget memory) => new Connection(id, channel, memory);

    internal sealed class Connection(string muxer, ISecureChannel channel, IMemoryBudget memory) : IMuxedConnection
    {
        public string Muxer { get; } = muxer;

        public ISecureChannel Channel { get; } = channel;

        public IMemoryBudget Memory { get; } = memory;

        public Exception? AbortReason { get; private set; }

        public SecureSession Session => Channel.Session;

        public int StreamCount => 0;

        public TimeSpan RoundTripTime => TimeSpan.Zero;

        public bool IsClosing { get; set; }

        public Task<Exception?> Closed => Task.FromResult(AbortReason);

        public ValueTask<IMuxedStream> OpenStreamAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IMuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IMuxedStream?>(null);

        public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask CloseAsync(CancellationToken cancellationToken) => Channel.CompleteWritesAsync(cancellationToken);

        public void Abort(Exception? reason = null)
        {
            AbortReason = reason;
            Channel.Abort();
        }

        public ValueTask DisposeAsync() => Channel.DisposeAsync();
    }
}
