using CsCheck;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Resources;

/// <summary>Whatever connections and streams do, in whatever order and on however many threads: limits hold, and in the end every scope is at zero.</summary>
public sealed class ResourceManagerPropertyTests
{
    private static readonly PeerId[] Peers = [.. Enumerable.Range(0, 3).Select(_ => NewPeer())];

    private static readonly ResourceLimits Limits = new()
    {
        System = new() { Connections = 6, ConnectionsInbound = 4, Descriptors = 5, Streams = 10, Memory = 1000 },
        Transient = new() { Connections = 3, Streams = 4, Memory = 500 },
        Service = new() { Streams = 4, Memory = 300 },
        Protocol = new() { Streams = 3, Memory = 300 },
        Peer = new() { Connections = 2, StreamsInbound = 3, Memory = 400 },
        Connection = new() { Memory = 300 },
        Stream = new() { Memory = 200 },
    };

    [Fact]
    public void Scopes_AnyOperations_KeepTheirLimitsAndReturnToZero() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 7], Gen.Int[1, 250]).Array[0, 80].Sample(operations =>
        {
            var manager = TestLimits.Manager(Limits);
            var run = new Run(manager);
            foreach (var (operation, which, bytes) in operations)
            {
                run.Do(operation, which, bytes);
                Assert.InRange(manager.System.Usage.Connections, 0, 6);
                Assert.InRange(manager.System.Usage.Memory, 0, 1000);
                Assert.InRange(manager.Transient.Usage.Memory, 0, 500);
                Assert.All(Peers, peer => Assert.InRange(manager.Peers.Usage(peer).Memory, 0, 400));
                Assert.Equal(run.Memory, manager.System.Usage.Memory);
            }

            run.EndAll();
            ResourceManagerTests.AssertEmpty(manager);
        }, iter: Soak.Count(200, 20_000));

    [Fact]
    public void Scopes_ManyThreads_ReturnToZero()
    {
        var manager = TestLimits.Manager(Limits);
        Parallel.For(0, 8, seed =>
        {
            var random = new Random(seed);
            var run = new Run(manager);
            for (var i = 0; i < Soak.Count(5_000, 500_000); i++)
                run.Do(random.Next(7), random.Next(8), random.Next(1, 250));
            run.EndAll();
        });
        ResourceManagerTests.AssertEmpty(manager);
    }

    private static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate();
        return key.PublicKey.PeerId;
    }

    /// <summary>What one thread has open.</summary>
    private sealed class Run(ResourceManager manager)
    {
        private readonly List<(ConnectionScope Scope, List<long> Memory)> _connections = [];
        private readonly List<(StreamScope Scope, List<long> Memory)> _streams = [];

        public long Memory => _connections.Sum(item => item.Memory.Sum()) + _streams.Sum(item => item.Memory.Sum());

        public void Do(int operation, int which, int bytes)
        {
            try
            {
                switch (operation)
                {
                    case 0:
                        _connections.Add((manager.OpenConnection((ConnectionDirection)(which % 2), TestLimits.Public, which < 6), []));
                        break;
                    case 1:
                        _streams.Add((manager.OpenStream(Peers[which % 3], (ConnectionDirection)(bytes % 2)), []));
                        break;
                    case 2 when _connections.Count > 0:
                        _connections[which % _connections.Count].Scope.Attach(Peers[bytes % 3]);
                        break;
                    case 3 when _streams.Count > 0:
                        _streams[which % _streams.Count].Scope.Attach($"/p/{bytes % 2}", bytes % 3 == 0 ? "s" : null);
                        break;
                    case 4 when _connections.Count > 0:
                        Reserve(_connections[which % _connections.Count], bytes, (MemoryPriority)(bytes % 4));
                        break;
                    case 5 when _streams.Count > 0:
                        Reserve(_streams[which % _streams.Count], bytes, (MemoryPriority)(bytes % 4));
                        break;
                    case 6 when which % 2 == 0 && _connections.Count > 0:
                        _connections[0].Scope.Dispose();
                        _connections.RemoveAt(0);
                        break;
                    case 6 when _streams.Count > 0:
                        _streams[0].Scope.Dispose();
                        _streams.RemoveAt(0);
                        break;
                }
            }
            catch (ResourceLimitExceededException)
            {
                // Refusals change nothing; that is what the test is about.
            }
            catch (InvalidOperationException e) when (e.Message.Contains("already", StringComparison.Ordinal))
            {
                // Attached twice.
            }
        }

        public void EndAll()
        {
            _connections.ForEach(item => item.Scope.Dispose());
            _streams.ForEach(item => item.Scope.Dispose());
        }

        private static void Reserve<TScope>((TScope Scope, List<long> Memory) item, int bytes, MemoryPriority priority)
            where TScope : IMemoryBudget
        {
            if (item.Memory.Count > 0 && bytes % 2 == 0)
            {
                item.Scope.Release(item.Memory[^1]);
                item.Memory.RemoveAt(item.Memory.Count - 1);
            }
            else if (item.Scope.TryReserve(bytes, priority))
                item.Memory.Add(bytes);
        }
    }
}
