using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>Two ends of a connection with a muxer on each.</summary>
internal sealed class MuxedPair(IMuxedConnection dialer, IMuxedConnection listener, TestBudget dialerMemory, TestBudget listenerMemory) : IAsyncDisposable
{
    public IMuxedConnection Dialer => dialer;

    public IMuxedConnection Listener => listener;

    public TestBudget DialerMemory => dialerMemory;

    public TestBudget ListenerMemory => listenerMemory;

    public static MuxedPair Create(IMuxer muxer, (ISecureChannel Dialer, ISecureChannel Listener) channels)
    {
        var (ours, theirs) = (new TestBudget(), new TestBudget());
        return new MuxedPair(muxer.Multiplex(channels.Dialer, ours), muxer.Multiplex(channels.Listener, theirs), ours, theirs);
    }

    /// <summary>A stream that has carried a byte from the dialer.</summary>
    public async Task<(IMuxedStream Ours, IMuxedStream Theirs)> OpenAsync(CancellationToken cancellationToken)
    {
        var ours = await dialer.OpenStreamAsync(cancellationToken);
        await ours.WriteAsync(new byte[1], cancellationToken);
        var theirs = await listener.AcceptStreamAsync(cancellationToken);
        Assert.NotNull(theirs);
        Assert.Equal(1, await theirs.ReadAsync(new byte[1], cancellationToken));
        return (ours, theirs);
    }

    public async ValueTask DisposeAsync()
    {
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
        Assert.Equal((0, 0), (dialerMemory.Reserved, listenerMemory.Reserved));
    }
}
