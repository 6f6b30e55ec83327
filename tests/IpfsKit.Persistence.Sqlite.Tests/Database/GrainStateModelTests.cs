using CsCheck;
using IpfsKit.Persistence.Sqlite.Database;
using IpfsKit.TestKit;

namespace IpfsKit.Persistence.Sqlite.Tests.Database;

/// <summary>Any sequence of calls, against a dictionary; with small batches of the index, hashes that collide, and reopening.</summary>
public sealed class GrainStateModelTests
{
    private static readonly Gen<Step> AnyStep = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 7], Gen.Int[0, 3], (kind, key, tag) => new Step(kind, key, tag));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyCalls_AgainstTheModel_Agree() =>
        await Gen.Select(Gen.Int[1, 6], Gen.OneOf(-1L, 1L, 0L), AnyStep.Array[1, 80])
            .SampleAsync((batch, mask, steps) => RunAsync(batch, mask, steps), iter: Soak.Count(100, 10_000), threads: 1);

    [Fact]
    public async Task Reads_WhileStatesMoveIntoTheIndex_AlwaysFindThem()
    {
        using var directory = new TemporaryDirectory();
        await using var database = Open(directory, batch: 50, mask: -1);
        await database.OpenAsync(Token);
        await database.WriteAsync(Key(0), null, new byte[10], Token);
        var writes = Task.WhenAll(Enumerable.Range(1, 2000).Select(i => database.WriteAsync(Key(i), null, new byte[10], Token)));
        for (var reads = 0; reads < 200 || !writes.IsCompleted; reads++)
            Assert.NotNull(await database.ReadAsync(Key(0), Token));
        await writes;
        for (var i = 0; i <= 2000; i++)
            Assert.NotNull(await database.ReadAsync(Key(i), Token));
    }

    private static async Task RunAsync(int batch, long mask, Step[] steps)
    {
        using var directory = new TemporaryDirectory();
        var database = Open(directory, batch, mask);
        await database.OpenAsync(Token);
        var model = new Dictionary<int, (string ETag, byte Value)>();
        var oldTags = new List<string?> { null, "1.1" };
        try
        {
            foreach (var step in steps)
            {
                var known = model.TryGetValue(step.Key, out var stored);
                var current = known ? stored.ETag : null;
                var tag = step.Tag == 0 ? oldTags[step.Key % oldTags.Count] : current;
                switch (step.Kind)
                {
                    case < 5:
                        var value = (byte)(step.Kind + (10 * step.Key));
                        var written = await database.WriteAsync(Key(step.Key), tag, new[] { value }, Token);
                        Assert.Equal(tag != current, written.IsConflict);
                        if (!written.IsConflict)
                            model[step.Key] = (written.Stored.ToString(), value);
                        else
                            Assert.Equal(current ?? "0.0", written.Stored.ToString());
                        break;
                    case < 8:
                        var cleared = await database.ClearAsync(Key(step.Key), tag, Token);
                        Assert.Equal(tag != current, cleared.IsConflict);
                        if (!cleared.IsConflict)
                            model.Remove(step.Key);
                        break;
                    case 8:
                        await database.DisposeAsync();
                        database = Open(directory, batch, mask);
                        await database.OpenAsync(Token);
                        break;
                }

                if (current is not null)
                    oldTags.Add(current);
                for (var key = 0; key < 8; key++)
                {
                    var read = await database.ReadAsync(Key(key), Token);
                    Assert.Equal(model.TryGetValue(key, out var expected) ? (expected.ETag, expected.Value) : default, read is null ? default : (read.ETag.ToString(), read.Payload[0]));
                }
            }
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    private static GrainStateDatabase Open(TemporaryDirectory directory, int batch, long mask) => new(
        new SqliteGrainStorageOptions { DatabasePath = directory.Combine("grains.db") },
        new GrainStateLayout("service") { IndexBatch = batch, HashMask = mask },
        null);

    private static GrainStateKey Key(int number) => new("state", GrainId.Create("toy", $"{number}"));

    private sealed record Step(int Kind, int Key, int Tag);
}
