using IpfsKit.Grains;
using IpfsKit.Grains.Content;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Benchmarks.Runner.Register;

/// <summary>Registers many roots, 64 at a time, the way uploads do once their blocks are stored.</summary>
internal static class RegistrationLoop
{
    private const int Outstanding = 64;

    /// <summary>The root of a number.</summary>
    public static Cid RootOf(int number) => Cid.CreateV1(Multicodec.DagPb, MultihashAlgorithm.Compute(Multicodec.Sha2_256, BitConverter.GetBytes(number)));

    /// <summary>Registers those from one number up to another, without it.</summary>
    public static Task RunAsync(InProcessSilo silo, int from, int to)
    {
        var registrar = silo.Services.GetRequiredService<ContentRegistrar>();
        return Task.WhenAll(Enumerable.Range(0, Outstanding).Select(worker => RegisterAsync(registrar, from + worker, to)));
    }

    private static async Task RegisterAsync(ContentRegistrar registrar, int from, int to)
    {
        for (var i = from; i < to; i += Outstanding)
        {
            var root = new StoredRoot { Root = RootOf(i), SizeBytes = 1 << 20, DagBytes = (1 << 20) + 256, Blocks = 5 };
            await using var ingest = registrar.Begin();
            var registration = await ingest.RegisterAsync(root);
            if (registration.Status != ContentStatus.Committed)
                throw new InvalidOperationException($"{root.Root} is {registration.Status} after its registration.");
        }
    }
}
