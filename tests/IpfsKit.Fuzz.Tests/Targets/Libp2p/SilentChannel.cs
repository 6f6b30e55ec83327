using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A channel of a listener on which nothing comes, and that takes everything.</summary>
internal sealed class SilentChannel : ISecureChannel, IFrameSealer
{
    private static readonly PublicKey Key = PrivateKey.Generate().PublicKey;

    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SecureSession Session { get; } = new("/silent", Key, new Connection(), null);

    public IFrameSealer Sealer => this;

    public int PrefixBytes => 0;

    public int SuffixBytes => 0;

    public int MaxPlainBytes => int.MaxValue;

    public void Seal(Span<byte> frame)
    {
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) => new(_ended.Task);

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Abort() => _ended.TrySetResult(default);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Connection : IRawConnection
    {
        public Multiaddr LocalAddress => default;

        public Multiaddr RemoteAddress => default;

        public ConnectionDirection Direction => ConnectionDirection.Inbound;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => ValueTask.FromResult(0);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Abort()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
