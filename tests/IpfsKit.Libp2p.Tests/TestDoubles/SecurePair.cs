using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>Two ends of a connection after a handshake.</summary>
internal sealed class SecurePair(ISecureChannel dialer, ISecureChannel listener, DuplexConnection dialerRaw, DuplexConnection listenerRaw) : IAsyncDisposable
{
    public ISecureChannel Dialer { get; } = dialer;

    public ISecureChannel Listener { get; } = listener;

    public DuplexConnection DialerRaw { get; } = dialerRaw;

    public DuplexConnection ListenerRaw { get; } = listenerRaw;

    public static async Task<SecurePair> CreateAsync(ISecurityProtocol dialer, ISecurityProtocol listener, PublicKey? expected = null, int capacity = DuplexConnection.DefaultCapacity, TestBudget? listenerMemory = null)
    {
        var token = TestContext.Current.CancellationToken;
        var (near, far) = DuplexConnection.CreatePair(capacity);
        var accepting = listener.SecureAsync(far, null, [], listenerMemory ?? new TestBudget(), token).AsTask();
        var dialing = dialer.SecureAsync(near, expected?.PeerId, [], token).AsTask();
        await Task.WhenAll(dialing, accepting);
        return new SecurePair(await dialing, await accepting, near, far);
    }

    public async ValueTask DisposeAsync()
    {
        await Dialer.DisposeAsync();
        await Listener.DisposeAsync();
    }
}
