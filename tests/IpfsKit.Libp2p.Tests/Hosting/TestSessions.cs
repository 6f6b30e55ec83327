using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Tests.Resources;
using IpfsKit.Libp2p.Tests.TestDoubles;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Sessions of their own, with one peer, that no host knows.</summary>
internal static class TestSessions
{
    public static Session Create(IMuxedConnection? connection = null)
    {
        var resources = TestLimits.Manager();
        var opener = new StreamOpener(resources, new HandlerTable(), new PeerStore(new PeerStoreOptions(), TimeProvider.System), new StreamOptions(), TimeProvider.System, new Libp2pInstruments());
        connection ??= new TestMuxer("/test").Multiplex(PlainChannel.CreatePair().Listener, new TestBudget());
        return new Session(connection, resources.OpenConnection(ConnectionDirection.Inbound, null, usesDescriptor: false), opener, TimeProvider.System, NullLogger.Instance);
    }
}
