using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Files;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>What a store must hold after any crash: what was acknowledged, and nothing that nobody put.</summary>
internal sealed class CrashModel(Random random, int keys, Func<int, int> sizeOf)
{
    private readonly Block[] _blocks = [.. Enumerable.Range(0, keys).Select(key => TestBlocks.Raw(key, sizeOf(key)))];
    private readonly Expected[] _expected = new Expected[keys];

    private enum Expected
    {
        Absent,
        Present,
        Unknown,
    }

    public int[] Choose(int max) => [.. Enumerable.Range(0, random.Next(1, max + 1)).Select(_ => random.Next(keys)).Distinct()];

    public Block[] Blocks(int[] chosen) => [.. chosen.Select(key => _blocks[key])];

    /// <summary>Runs a change of keys; what becomes of them is unknown until it completes.</summary>
    public async Task ChangeAsync(int[] chosen, bool toPresent, Func<Task> change)
    {
        foreach (var key in chosen)
            _expected[key] = _expected[key] == (toPresent ? Expected.Present : Expected.Absent) ? _expected[key] : Expected.Unknown;
        await change();
        foreach (var key in chosen)
            _expected[key] = toPresent ? Expected.Present : Expected.Absent;
    }

    /// <summary>Marks some blocks and sweeps the rest.</summary>
    public async Task SweepAsync(SegmentBlockStore store, FaultFileSystem files, CancellationToken cancellationToken)
    {
        var epoch = store.BeginEpoch();
        var kept = new HashSet<int>();
        for (var key = 0; key < _blocks.Length; key++)
        {
            if (random.Next(3) > 0 && store.Stamp(_blocks[key].Cid.Hash))
                kept.Add(key);
        }

        int[] swept = [.. Enumerable.Range(0, _blocks.Length).Where(key => !kept.Contains(key))];
        await ChangeAsync(swept, toPresent: false, async () =>
        {
            // It passes over what it cannot read, which after a loss of power is everything.
            await store.SweepAsync(epoch, new SweepOptions { BatchSize = 7, Pause = TimeSpan.Zero }, cancellationToken);
            if (files.IsCrashed)
                throw new SimulatedCrashException();
        });
    }

    /// <summary>Compares a store with what is expected; what was unknown is known from then on.</summary>
    public async Task CheckAsync(SegmentBlockStore store, CancellationToken cancellationToken)
    {
        for (var key = 0; key < _blocks.Length; key++)
        {
            using var found = await store.GetAsync(_blocks[key].Cid, cancellationToken);
            if (found is not null)
                Assert.True(found.Data.Span.SequenceEqual(_blocks[key].Data.Span), $"block {key} has wrong bytes");
            Assert.False(_expected[key] == Expected.Present && found is null, $"block {key} was acknowledged and is lost");
            Assert.False(_expected[key] == Expected.Absent && found is not null, $"the deletion of block {key} was acknowledged and it is back");
            _expected[key] = found is null ? Expected.Absent : Expected.Present;
        }

        var listed = new HashSet<Multiformats.Multihash>();
        await foreach (var hash in store.EnumerateAsync(cancellationToken))
            Assert.True(listed.Add(hash), "a block is listed twice");
        Assert.Equal(_expected.Count(state => state == Expected.Present), listed.Count);
    }
}
