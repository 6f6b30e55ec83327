using IpfsKit.Grains.Exchange;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Transport;

/// <summary>The libp2p peers of this silo, as callers see them.</summary>
internal sealed class PeerDirectory(ILibp2pHost host, Siblings siblings)
{
    private static readonly TimeSpan IdentifyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How many are connected.</summary>
    public int Count => host.ConnectedPeers.Count;

    /// <summary>Those that are connected.</summary>
    public IReadOnlyList<ConnectedPeer> List() => [.. host.ConnectedPeers.Select(Describe).OfType<ConnectedPeer>()];

    /// <summary>Connects with one; completes when it has said what it speaks, or has let the time for that pass.</summary>
    /// <exception cref="PeerUnavailableException">It cannot be reached, or is another peer.</exception>
    public async Task<ConnectedPeer> ConnectAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var peer = ToInfo(address);
        try
        {
            var identified = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            host.PeerIdentified += OnIdentified;
            try
            {
                await host.DialAsync(address, cancellationToken);
                if (host.PeerStore.GetProtocols(peer.PeerId).Count == 0)
                    await identified.Task.WaitAsync(IdentifyTimeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
            finally
            {
                host.PeerIdentified -= OnIdentified;
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Describe(peer.PeerId) ?? throw new PeerUnavailableException(address, "the connection ended at once.");

            void OnIdentified(object? sender, PeerEventArgs e)
            {
                if (e.PeerId == peer.PeerId)
                    identified.TrySetResult();
            }
        }
        catch (Exception e) when (e is Libp2pException or TimeoutException or InvalidOperationException)
        {
            throw new PeerUnavailableException(address, e.Message);
        }
    }

    /// <summary>Reads an address that somebody named.</summary>
    /// <exception cref="PeerUnavailableException">It does not name a peer.</exception>
    public static PeerInfo ToInfo(Multiaddr address)
    {
        try
        {
            return PeerInfo.FromAddress(address);
        }
        catch (FormatException e)
        {
            throw new PeerUnavailableException(address, e.Message);
        }
    }

    private ConnectedPeer? Describe(PeerId peer)
    {
        var sessions = host.GetSessions(peer);
        if (sessions.Count == 0)
            return null;
        var measured = sessions[0].RoundTripTime;
        return new ConnectedPeer
        {
            Peer = peer,
            Node = host.LocalPeer.PeerId,
            Addresses = [.. sessions.Select(session => session.RemoteAddress)],
            Latency = host.PeerStore.GetLatency(peer) ?? (measured > TimeSpan.Zero ? measured : null),
            Direction = sessions[0].Direction == ConnectionDirection.Inbound ? PeerDirection.Inbound : PeerDirection.Outbound,
            Agent = host.PeerStore.GetAgentVersion(peer),
            Protocols = host.PeerStore.GetProtocols(peer),
            IsNode = siblings.Contains(peer),
        };
    }
}
