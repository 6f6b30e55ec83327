using System.Diagnostics;

namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>Feeds a target with its seeds, then with mutations of them and of what it accepted on the way. Deterministic.</summary>
internal sealed class FuzzRunner(IFuzzTarget target, ulong seed)
{
    /// <summary><c>name:hex</c> runs one input of one target instead of the rest.</summary>
    public const string ReplayVariable = "IPFSKIT_FUZZ_REPLAY";

    private const int MaxCorpus = 512;

    private readonly FuzzRandom _random = new(seed);
    private readonly List<byte[]> _corpus = [];
    private long _index;
    private int _pastHeader;
    private int _accepted;
    private long _mostAllocated;

    /// <summary>Runs <paramref name="count"/> mutated inputs after the seeds.</summary>
    /// <exception cref="FuzzFailureException">The target failed.</exception>
    public FuzzReport Run(int count)
    {
        var started = Stopwatch.GetTimestamp();
        _corpus.AddRange(target.Seeds);
        if (_corpus.Count == 0)
            throw new InvalidOperationException($"{target.Name} has no seeds.");
        var seeds = _corpus.Count;
        foreach (var valid in _corpus)
        {
            if (RunOne(valid) != FuzzOutcome.Accepted)
                throw Failure(valid, "refused a seed");
        }

        (_pastHeader, _accepted) = (0, 0);
        var mutator = new FuzzMutator(_random);
        var longest = 256 + (2 * _corpus.Max(valid => valid.Length));
        for (_index = 0; _index < count; _index++)
        {
            var input = mutator.Next(_corpus);
            var outcome = RunOne(input);
            if (outcome != FuzzOutcome.RefusedInHeader)
                _pastHeader++;
            if (outcome != FuzzOutcome.Accepted)
                continue;
            _accepted++;
            // A valid input that is new is worth changing further, unless inputs would only grow; the seeds stay.
            if (input.Length > longest)
                continue;
            if (_corpus.Count < MaxCorpus)
                _corpus.Add(input);
            else if (_random.OneIn(8))
                _corpus[seeds + _random.Next(MaxCorpus - seeds)] = input;
        }

        return new FuzzReport(target.Name, count, _pastHeader, _accepted, _mostAllocated, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Runs one input as a run does, and says how it ended.</summary>
    /// <exception cref="FuzzFailureException">The target failed.</exception>
    public FuzzOutcome RunOne(byte[] input)
    {
        var outcome = Measure(input, out var allocated);
        var allowed = target.GetAllowedBytes(input.Length);
        // What the runtime allocates once, for a path that is taken for the first time, is not the input's doing.
        if (allocated > allowed)
            outcome = Measure(input, out allocated);
        if (allocated > allowed)
            throw Failure(input, $"allocated {allocated} bytes; the bound is {allowed}");
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        if (outcome != FuzzOutcome.Accepted)
            return outcome;
        try
        {
            target.Recheck(input);
        }
        catch (Exception exception)
        {
            throw Failure(input, $"accepted what it should not have: {exception.Message}", exception);
        }

        return outcome;
    }

    private FuzzOutcome Measure(byte[] input, out long allocated)
    {
        try
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = target.Run(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return outcome;
        }
        catch (Exception exception)
        {
            throw Failure(input, $"{exception.GetType().Name} left the decoder: {exception.Message}", exception);
        }
    }

    private FuzzFailureException Failure(byte[] input, string problem, Exception? exception = null) =>
        new(target.Name, seed, _index, input, problem, exception);
}
