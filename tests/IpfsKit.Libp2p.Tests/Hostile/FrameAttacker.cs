using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>Sends any frames of yamux behind a handshake in order, and reads what comes back to know when the host has had enough.</summary>
internal sealed class FrameAttacker : IAsyncDisposable
{
    private const int FramesOfASend = 256;

    private readonly ISecureChannel _channel;
    private readonly TaskCompletionSource<YamuxGoAwayCode?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FrameAttacker(ISecureChannel channel)
    {
        _channel = channel;
        Reading = ReadAsync();
    }

    /// <summary>Completes when the host has ended the connection, with the reason that it gave.</summary>
    public Task<YamuxGoAwayCode?> Ended => _ended.Task;

    private Task Reading { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sends frames without bodies until there are no more or the host has had enough.</summary>
    public async Task FloodAsync(int rounds, Func<uint, YamuxHeader[]> frames)
    {
        var plain = new MemoryStream();
        var header = new byte[YamuxHeader.Bytes];
        try
        {
            for (uint i = 0; i < rounds; i++)
            {
                foreach (var frame in frames(i))
                {
                    frame.Write(header);
                    plain.Write(header);
                }

                if (plain.Length < FramesOfASend * YamuxHeader.Bytes && i < rounds - 1)
                    continue;
                await _channel.SendPlainAsync(plain.ToArray(), Cancellation);
                plain.SetLength(0);
            }
        }
        catch (ConnectionClosedException)
        {
            // It has.
        }
    }

    /// <summary>Sends any plain bytes.</summary>
    public async Task SendAsync(byte[] plain) => await _channel.SendPlainAsync(plain, Cancellation);

    /// <summary>Uses up a nonce of the channel for a frame that is never sent.</summary>
    public void SkipANonce() => _channel.Seal([1]);

    /// <summary>Ends the connection in order, for the channel.</summary>
    public async Task CompleteAsync() => await _channel.CompleteWritesAsync(Cancellation);

    public void Abort() => _channel.Abort();

    public async ValueTask DisposeAsync()
    {
        _channel.Abort();
        await Reading;
        await _channel.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        YamuxGoAwayCode? code = null;
        var have = new List<byte>();
        var skip = 0L;
        try
        {
            while (await _channel.ReadAsync(Cancellation) is { IsEmpty: false } plain)
            {
                foreach (var b in plain.ToArray())
                {
                    if (skip > 0)
                    {
                        skip--;
                        continue;
                    }

                    have.Add(b);
                    if (have.Count < YamuxHeader.Bytes)
                        continue;
                    var header = YamuxHeader.Read(have.ToArray());
                    have.Clear();
                    if (header.Type == YamuxFrameType.Data)
                        skip = header.Length;
                    if (header.Type == YamuxFrameType.GoAway)
                        code = (YamuxGoAwayCode)header.Length;
                }
            }
        }
        catch (ConnectionClosedException)
        {
            // The host, or this side, has ended it.
        }

        _ended.TrySetResult(code);
    }
}
