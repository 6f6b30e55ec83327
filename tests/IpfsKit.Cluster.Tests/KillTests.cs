using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests;

/// <summary>
/// A silo is killed at random moments while clients add files and directories, some of which share subtrees, and remove others.
/// After each restart: what was acknowledged reads back whole, what is visible is whole, what was removed does not come back.
/// </summary>
public sealed class KillTests
{
    private const int Seed = 20261123;
    private const int Workers = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_KilledDuringAdds_KeepsEveryAcknowledgedRootAndShowsNoBrokenOne()
    {
        using var directory = new TemporaryDirectory();
        var model = new Model();
        var rounds = Soak.Count(12, 100);
        for (var round = 0; round < rounds; round++)
        {
            await using var host = await SiloHostProcess.StartAsync(directory.Combine("data"), Cancellation);
            await using var connected = await ConnectedClient.ConnectAsync(host.Service, Cancellation);
            await model.CheckAsync(connected.Client, round);

            var random = new Random(Seed + round);
            var delay = TimeSpan.FromMilliseconds(random.Next(1, 700));
            using var killed = new Kill(Cancellation);
            var workers = Enumerable.Range(0, Workers)
                .Select(worker => WorkAsync(connected.Client, model, new Random(random.Next()), directory, killed)).ToArray();
            // One round in four dies while everything is still cold; the others have acknowledged something first.
            if (round % 4 != 3)
                await Task.WhenAny([.. workers, model.AcknowledgedAsync()]);
            using (var timer = new PeriodicTimer(delay))
                await timer.WaitForNextTickAsync(Cancellation);
            killed.Begins();
            await host.KillAsync();
            await killed.HappenedAsync();
            await Task.WhenAll(workers);
        }

        await using var last = await SiloHostProcess.StartAsync(directory.Combine("data"), Cancellation);
        await using var client = await ConnectedClient.ConnectAsync(last.Service, Cancellation);
        await model.CheckAsync(client.Client, rounds);
        Assert.True(model.Gone > 0, "No removal was acknowledged: the test proves nothing of them.");
        Assert.True(model.Acknowledged >= rounds, $"Only {model.Acknowledged} roots were acknowledged in {rounds} rounds: the test proves nothing.");
    }

    private static async Task WorkAsync(
        IIpfsKitClient client, Model model, Random random, TemporaryDirectory directory, Kill killed)
    {
        var cancellationToken = killed.Token;
        while (!killed.IsUnderWay)
        {
            try
            {
                if (random.Next(5) == 0 && model.TakeForRemoval(random) is { } victim)
                {
                    var acknowledged = false;
                    try
                    {
                        await client.RemoveAsync(victim, cancellationToken);
                        acknowledged = true;
                    }
                    finally
                    {
                        model.RemovalEnded(victim, acknowledged);
                    }
                }
                else if (random.Next(3) == 0)
                {
                    await AddDirectoryAsync(client, model, random, directory, cancellationToken);
                }
                else
                {
                    var content = Model.Bytes(random);
                    await model.AddAsync(new Dictionary<string, byte[]> { [""] = content }, async () => (await client.AddStreamAsync(
                        new MemoryStream(content), new AddOptions { Pin = false }, cancellationToken: cancellationToken)).Root);
                }
            }
            catch (Exception) when (killed.IsUnderWay)
            {
                // The silo was killed under the call: the model knows only what was acknowledged.
            }
        }
    }

    private static async Task AddDirectoryAsync(
        IIpfsKitClient client, Model model, Random random, TemporaryDirectory directory, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(directory.Combine(Guid.NewGuid().ToString("n"))).FullName;
        try
        {
            var files = new Dictionary<string, byte[]>();
            for (var i = random.Next(1, 6); i > 0; i--)
                files[$"file-{i}"] = Model.Bytes(random);
            foreach (var (name, content) in files)
                await File.WriteAllBytesAsync(Path.Combine(folder, name), content, cancellationToken);
            await model.AddAsync(
                files, async () => (await client.AddDirectoryAsync(folder, new AddOptions { Pin = false }, cancellationToken: cancellationToken)).Root);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The end of a silo, as its clients see it.</summary>
    private sealed class Kill(CancellationToken testEnd) : IDisposable
    {
        private readonly CancellationTokenSource _happened = CancellationTokenSource.CreateLinkedTokenSource(testEnd);
        private volatile bool _underWay;

        /// <summary>From here on a failed call proves nothing; before, it is a defect.</summary>
        public bool IsUnderWay => _underWay;

        /// <summary>Ends the calls that wait for a silo that is gone.</summary>
        public CancellationToken Token => _happened.Token;

        public void Begins() => _underWay = true;

        public Task HappenedAsync() => _happened.CancelAsync();

        public void Dispose() => _happened.Dispose();
    }

    /// <summary>What the cluster has acknowledged.</summary>
    private sealed class Model
    {
        private const int SharedContents = 24;

        private readonly Lock _lock = new();
        private readonly Dictionary<Cid, Dictionary<string, byte[]>> _roots = [];
        private readonly HashSet<Cid> _unsure = [];
        private readonly HashSet<Cid> _gone = [];
        private readonly Dictionary<Cid, string> _contents = [];
        private readonly Dictionary<Cid, long> _removals = [];
        private readonly Dictionary<Cid, long> _removalsBegan = [];
        private readonly Dictionary<string, long> _lastAdds = [];
        private readonly Dictionary<string, int> _addsUnderWay = [];
        private long _clock;

        private TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Acknowledged { get; private set; }

        /// <summary>How often a removal was known to have taken effect.</summary>
        public int Gone { get; private set; }

        /// <summary>Completes with the next acknowledgement.</summary>
        public Task AcknowledgedAsync()
        {
            lock (_lock)
            {
                _acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _acknowledged.Task;
            }
        }

        /// <summary>One of a few contents, so that roots share subtrees, of up to three blocks.</summary>
        public static byte[] Bytes(Random random)
        {
            var content = new Random(random.Next(SharedContents));
            var bytes = new byte[content.Next(0, 3) switch { 0 => content.Next(1, 5000), 1 => content.Next(5000, 300_000), _ => content.Next(1 << 20, 3 << 20) }];
            content.NextBytes(bytes);
            return bytes;
        }

        /// <summary>Adds; while that is under way, and after it failed, the same content may be visible or not, whatever was removed before.</summary>
        public async Task AddAsync(Dictionary<string, byte[]> files, Func<Task<Cid>> add)
        {
            var content = string.Join('/', files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key}:{Convert.ToHexString(SHA256.HashData(file.Value))}"));
            long began;
            lock (_lock)
            {
                began = ++_clock;
                _addsUnderWay[content] = _addsUnderWay.GetValueOrDefault(content) + 1;
                _gone.RemoveWhere(root => _contents[root] == content);
            }

            try
            {
                Added(await add(), content, files, began);
            }
            finally
            {
                lock (_lock)
                {
                    _addsUnderWay[content]--;
                    _lastAdds[content] = ++_clock;
                }
            }
        }

        private void Added(Cid root, string content, Dictionary<string, byte[]> files, long began)
        {
            lock (_lock)
            {
                // An add that began when no removal was under way puts an end to the doubt that an earlier one left.
                if (!_removals.TryGetValue(root, out var removal) || removal < began)
                    _unsure.Remove(root);
                _contents[root] = content;
                _roots[root] = files;
                Acknowledged++;
                _acknowledged.TrySetResult();
            }
        }

        /// <summary>Chooses a root to remove; until the removal is acknowledged it may or may not be there.</summary>
        public Cid? TakeForRemoval(Random random)
        {
            lock (_lock)
            {
                var candidates = _roots.Keys.Where(root => !_unsure.Contains(root)).ToArray();
                if (candidates.Length < 4)
                    return null;
                var victim = candidates[random.Next(candidates.Length)];
                _unsure.Add(victim);
                // Until it has ended, every add is one that raced it.
                _removals[victim] = long.MaxValue;
                _removalsBegan[victim] = ++_clock;
                return victim;
            }
        }

        public void RemovalEnded(Cid root, bool acknowledged)
        {
            lock (_lock)
            {
                _removals[root] = ++_clock;
                if (!acknowledged)
                    return;
                // If an add of the same content was under way at some moment of it, nobody can say which came last.
                var content = _contents[root];
                var raced = _addsUnderWay.GetValueOrDefault(content) > 0 || _lastAdds[content] > _removalsBegan[root];
                _roots.Remove(root);
                if (raced)
                    return;
                _gone.Add(root);
                Gone++;
            }
        }

        public async Task CheckAsync(IIpfsKitClient client, int round)
        {
            Dictionary<Cid, Dictionary<string, byte[]>> sure;
            Cid[] gone;
            lock (_lock)
            {
                sure = _roots.Where(root => !_unsure.Contains(root.Key)).ToDictionary();
                gone = [.. _gone];
            }

            var visible = new HashSet<Cid>();
            await foreach (var root in client.ListRootsAsync(Cancellation))
                visible.Add(root.Root);
            var lost = sure.Keys.Except(visible).ToArray();
            Assert.True(lost.Length == 0, $"Round {round}: acknowledged but not listed: {string.Join(", ", lost)}.");
            var back = visible.Intersect(gone).ToArray();
            Assert.True(back.Length == 0, $"Round {round}: removed, acknowledged, and listed again: {string.Join(", ", back)}.");
            foreach (var (root, files) in sure)
            {
                foreach (var (name, expected) in files)
                {
                    await using var stream = await client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{root}/{name}".TrimEnd('/')), Cancellation);
                    Assert.Equal(SHA256.HashData(expected), await SHA256.HashDataAsync(stream, Cancellation));
                }
            }

            foreach (var root in visible.Except(sure.Keys))
                await client.ExportCarAsync(IpfsPath.Parse($"/ipfs/{root}"), Stream.Null, cancellationToken: Cancellation);
        }
    }
}
