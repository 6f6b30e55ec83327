using System.Diagnostics;
using System.Security.Cryptography;
using IpfsKit.Client;
using IpfsKit.ClientSample.Commands;
using IpfsKit.ClientSample.Connection;
using IpfsKit.ClientSample.Output;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Demo;

/// <summary>The demo, step by step. Each step checks what it shows, and the first that fails ends it.</summary>
/// <remarks>
/// <list type="number">
/// <item>Start a service in a directory of its own.</item>
/// <item>Add a file and a directory.</item>
/// <item>List, and read back: whole and in parts, compared by hash.</item>
/// <item>Pin and list pins.</item>
/// <item>Kill the service in the middle of its life, start it again, read again.</item>
/// <item>Show statistics, stop the service, remove its directory.</item>
/// </list>
/// </remarks>
internal sealed class DemoScript(string hostAssembly, long fileBytes, CommandOutput output)
{
    private const int ChunkBytes = 1 << 20;
    private const int RangeBytes = 4096;

    private int _step;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var directory = Directory.CreateTempSubdirectory("ipfskit-demo-").FullName;
        try
        {
            var data = Path.Combine(directory, "data");
            var roots = await BeforeTheCrashAsync(directory, data, cancellationToken);
            await AfterTheCrashAsync(roots, data, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        Say($"Stopped the service and removed its directory. Everything worked, in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.", new { done = true });
    }

    private async Task<DemoRoots> BeforeTheCrashAsync(string directory, string data, CancellationToken cancellationToken)
    {
        // Step 1.
        await using var host = await HostProcess.StartAsync(hostAssembly, data, cancellationToken);
        Say($"Started a service (process {host.Id}) with an empty data directory and free ports.", new { started = host.Id });
        await using var connection = await ClusterConnection.OpenAsync(new ConnectionTarget(null, data, null, null), cancellationToken);
        var client = connection.Client;

        // Step 2.
        var (file, fileHash) = await MakeFileAsync(directory, cancellationToken);
        var clock = Stopwatch.GetTimestamp();
        var added = await output.WithProgressAsync("adding", progress => client.AddFileAsync(file, progress: progress, cancellationToken: cancellationToken));
        Say($"Added a file of {Sizes.Format(fileBytes)} in {added.Blocks} blocks, durably: {Rate(fileBytes, clock)}.\n   /ipfs/{added.Root}",
            new { file = added.Root.ToString(), bytes = fileBytes });
        var (folder, files) = await MakeFolderAsync(directory, cancellationToken);
        var tree = await client.AddDirectoryAsync(folder, new AddOptions { PinName = "demo" }, cancellationToken: cancellationToken);
        Say($"Added a directory with {files.Count} files.\n   /ipfs/{tree.Root}", new { directory = tree.Root.ToString() });

        // Step 3.
        var names = new List<string>();
        await foreach (var entry in client.ListAsync(tree.Root, cancellationToken: cancellationToken))
            names.Add(entry.Kind == ContentKind.Directory ? entry.Name + "/" : $"{entry.Name} ({Sizes.Format(entry.SizeBytes ?? 0)})");
        Say($"Listed it: {string.Join(", ", names)}.", new { entries = names });
        var roots = new DemoRoots(added.Root, fileHash, tree.Root, files);
        clock = Stopwatch.GetTimestamp();
        await CheckAsync(client, roots, cancellationToken);
        Say($"Read everything back, every block verified, and compared hashes: {Rate(fileBytes, clock)}.", new { verified = true });
        await CheckRangesAsync(client, roots, file, cancellationToken);
        Say("Read ranges from the beginning, the middle and the end of the file.", new { ranges = true });

        // Step 4.
        var pins = 0;
        await foreach (var pin in client.ListPinsAsync(cancellationToken: cancellationToken))
            pins++;
        Expect(pins == 2, $"There are {pins} pins instead of 2.");
        Say("Listed the pins: both roots are pinned.", new { pins });

        // Step 5, first half.
        await host.KillAsync();
        Say($"Killed the service: kill -9 {host.Id}.", new { killed = host.Id });
        return roots;
    }

    private async Task AfterTheCrashAsync(DemoRoots roots, string data, CancellationToken cancellationToken)
    {
        // Step 5, second half.
        await using var host = await HostProcess.StartAsync(hostAssembly, data, cancellationToken);
        Say($"Started it again (process {host.Id}); it recovered by itself.", new { started = host.Id });
        await using (var connection = await ClusterConnection.OpenAsync(new ConnectionTarget(null, data, null, null), cancellationToken))
        {
            await CheckAsync(connection.Client, roots, cancellationToken);
            Say("Read everything again: all hashes are the same.", new { verified = true });

            // Step 6.
            var stats = await connection.Client.GetStatsAsync(cancellationToken);
            Expect(stats.Roots == 2 && stats.Pins == 2, $"The service counts {stats.Roots} roots and {stats.Pins} pins instead of 2 and 2.");
            Say("Asked for statistics:", new { roots = stats.Roots, pins = stats.Pins });
            await StatsCommand.WriteAsync(connection.Client, output, cancellationToken);
        }

        await host.StopAsync(cancellationToken);
    }

    private static async Task CheckAsync(IIpfsKitClient client, DemoRoots roots, CancellationToken cancellationToken)
    {
        await using (var stream = await client.OpenReadAsync(roots.File, cancellationToken))
            Expect((await SHA256.HashDataAsync(stream, cancellationToken)).AsSpan().SequenceEqual(roots.FileHash), "The file came back different.");
        foreach (var (name, hash) in roots.Files)
        {
            await using var stream = await client.OpenReadAsync($"/ipfs/{roots.Directory}/{name}", cancellationToken);
            Expect((await SHA256.HashDataAsync(stream, cancellationToken)).AsSpan().SequenceEqual(hash), $"{name} came back different.");
        }
    }

    private static async Task CheckRangesAsync(IIpfsKitClient client, DemoRoots roots, string file, CancellationToken cancellationToken)
    {
        await using var local = File.OpenRead(file);
        await using var stream = await client.OpenReadAsync(roots.File, cancellationToken);
        foreach (var position in new[] { 0, local.Length / 2, local.Length - RangeBytes })
        {
            var (expected, actual) = (new byte[RangeBytes], new byte[RangeBytes]);
            local.Position = stream.Position = position;
            await local.ReadExactlyAsync(expected, cancellationToken);
            await stream.ReadExactlyAsync(actual, cancellationToken);
            Expect(expected.AsSpan().SequenceEqual(actual), $"The bytes at {position} came back different.");
        }
    }

    private async Task<(string Path, byte[] Hash)> MakeFileAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, "file.bin");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path);
        for (var left = fileBytes; left > 0; left -= ChunkBytes)
        {
            var chunk = RandomNumberGenerator.GetBytes((int)Math.Min(left, ChunkBytes));
            hash.AppendData(chunk);
            await file.WriteAsync(chunk, cancellationToken);
        }

        return (path, hash.GetHashAndReset());
    }

    private static async Task<(string Path, Dictionary<string, byte[]> Files)> MakeFolderAsync(string directory, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(directory, "folder", "letters")).Parent!.FullName;
        var files = new Dictionary<string, byte[]>();
        foreach (var (name, bytes) in new[] { ("readme.txt", "A directory of the demo.\n"u8.ToArray()), ("noise.bin", RandomNumberGenerator.GetBytes(3 << 20)), ("letters/a.txt", "a"u8.ToArray()), ("letters/ä.txt", "ä"u8.ToArray()) })
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes, cancellationToken);
            files.Add(name, SHA256.HashData(bytes));
        }

        return (folder, files);
    }

    private static string Rate(long bytes, long since) => $"{bytes / Stopwatch.GetElapsedTime(since).TotalSeconds / (1 << 20):0} MiB/s";

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
            throw new DemoFailedException(otherwise);
    }

    private void Say(string text, object value) => output.Write($"{++_step,2}. {text}", value);

    private sealed record DemoRoots(Cid File, byte[] FileHash, Cid Directory, Dictionary<string, byte[]> Files);
}
