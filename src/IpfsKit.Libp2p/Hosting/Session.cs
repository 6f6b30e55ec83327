using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Streams;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>A connection in the swarm, with its streams and what it takes of the limits.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source of cancellation has no timer and nobody's token: there is nothing to dispose.")]
internal sealed class Session : ISession
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly ConnectionScope _scope;
    private readonly StreamOpener _opener;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly HashSet<ProtocolStream> _streams = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _toldVersion;
    private bool _hasEnded;

    public Session(IMuxedConnection connection, ConnectionScope scope, StreamOpener opener, TimeProvider timeProvider, ILogger logger)
    {
        Connection = connection;
        _scope = scope;
        _opener = opener;
        _timeProvider = timeProvider;
        _logger = logger;
        Opened = timeProvider.GetUtcNow();
        Ending = _ending.Token;
    }

    public IMuxedConnection Connection { get; }

    public PeerId RemotePeer => Connection.Session.RemotePeer;

    public PublicKey RemoteKey => Connection.Session.RemoteKey;

    public Multiaddr RemoteAddress => Connection.Session.RemoteAddress;

    public Multiaddr LocalAddress => Connection.Session.LocalAddress;

    public ConnectionDirection Direction => Connection.Session.Direction;

    public DateTimeOffset Opened { get; }

    public string Security => Connection.Session.Protocol;

    public int StreamCount => Connection.StreamCount;

    public TimeSpan RoundTripTime => Connection.RoundTripTime;

    public Task Closed => _closed.Task;

    /// <summary>Whether it takes no new streams any more.</summary>
    public bool IsClosing => Connection.IsClosing;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Ending { get; }

    /// <summary>The last version of what this host says of itself that the peer was told here; 0 if none was. Kept by identify.</summary>
    public long ToldVersion
    {
        get => Volatile.Read(ref _toldVersion);
        set => Volatile.Write(ref _toldVersion, value);
    }

    public Task<IProtocolStream> NewStreamAsync(IReadOnlyList<string> protocols, CancellationToken cancellationToken = default) => _opener.OpenAsync(this, protocols, cancellationToken);

    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(GoodbyeTimeout, _timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await Connection.CloseAsync(both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionClosedException)
        {
            // It did not take the goodbye, or had gone already.
        }

        Connection.Abort();
        await Closed.ConfigureAwait(false);
    }

    public void Abort() => Connection.Abort();

    /// <summary>The connection has ended: gives everything back. Called once.</summary>
    public async Task EndAsync()
    {
        ProtocolStream[] left;
        lock (_lock)
        {
            _hasEnded = true;
            left = [.. _streams];
            _streams.Clear();
        }

        await _ending.CancelAsync(_logger).ConfigureAwait(false);
        foreach (var stream in left)
            stream.Release();
        try
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _scope.Dispose();
        }
    }

    /// <summary>Says that everything about its end is done, events included.</summary>
    public void SetClosed() => _closed.TrySetResult();

    /// <summary>A stream begins to count.</summary>
    public void Track(ProtocolStream stream)
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                _streams.Add(stream);
                return;
            }
        }

        stream.Release();
    }

    /// <summary>A stream has given everything back.</summary>
    public void Untrack(ProtocolStream stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }
}
