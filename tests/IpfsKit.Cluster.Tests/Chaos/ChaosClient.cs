using IpfsKit.Client;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A client of which every call is in the history, however it ends.</summary>
internal sealed class ChaosClient(int id, int seed, IIpfsKitClient client, History history)
{
    /// <summary>How long a call of the load may last: then its caller gives it up, before Orleans does so, to see whether it comes back when it is told to.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(25);

    /// <summary>How much longer it may take to come back: what a machine that is busy needs to notice.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    public async Task<Cid?> AddAsync(int content, bool isPinned, CancellationToken cancellationToken)
    {
        var bytes = ChaosContent.Bytes(seed, content);
        Cid? root = null;
        await RunAsync(
            new() { Kind = OperationKind.Add, Content = content, Expected = ChaosContent.HashOf(bytes), IsPinned = isPinned, Start = default, End = default, Outcome = default },
            async (operation, token) =>
            {
                root = (await client.AddStreamAsync(new MemoryStream(bytes), new AddOptions { Pin = isPinned }, cancellationToken: token)).Root;
                return operation with { Root = root.ToString() };
            },
            cancellationToken);
        return root;
    }

    /// <summary>Reads a whole content, or a part of it.</summary>
    public Task ReadAsync(int content, Cid root, Random? part, CancellationToken cancellationToken)
    {
        var bytes = ChaosContent.Bytes(seed, content);
        var offset = part?.Next(bytes.Length) ?? 0;
        var length = part?.Next(1, bytes.Length - offset + 1) ?? bytes.Length;
        return RunAsync(
            Template(OperationKind.Read, content, root) with { Expected = ChaosContent.HashOf(bytes.AsSpan(offset, length)) },
            async (operation, token) =>
            {
                await using var stream = await client.OpenReadAsync(IpfsPath.Parse($"/ipfs/{root}"), token);
                stream.Position = offset;
                // Of a whole content its end is part of the answer.
                var read = new byte[part is null ? length + 1 : length];
                var count = await stream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, token);
                return operation with { Observed = ChaosContent.HashOf(read.AsSpan(0, count)) };
            },
            cancellationToken);
    }

    /// <summary>Reads a root of which nobody knows what it is.</summary>
    public Task ReadUnknownAsync(string root, CancellationToken cancellationToken) => RunAsync(
        new() { Kind = OperationKind.Read, Root = root, Start = default, End = default, Outcome = default },
        async (operation, token) => operation with { Observed = ChaosContent.HashOf(await client.ReadAllBytesAsync(IpfsPath.Parse($"/ipfs/{root}"), cancellationToken: token)) },
        cancellationToken);

    public Task StatAsync(int content, Cid root, CancellationToken cancellationToken) => RunAsync(
        Template(OperationKind.Stat, content, root),
        async (operation, token) => (await client.StatAsync($"/ipfs/{root}", token)).Root is null ? operation with { Outcome = OperationOutcome.Absent } : operation,
        cancellationToken);

    public Task PinAsync(int content, Cid root, CancellationToken cancellationToken) => RunAsync(
        Template(OperationKind.Pin, content, root),
        async (operation, token) =>
        {
            await client.PinAsync($"/ipfs/{root}", cancellationToken: token);
            return operation;
        },
        cancellationToken);

    public Task UnpinAsync(int content, Cid root, CancellationToken cancellationToken) => RunAsync(
        Template(OperationKind.Unpin, content, root),
        async (operation, token) => await client.UnpinAsync(root, token) ? operation : operation with { Outcome = OperationOutcome.Absent },
        cancellationToken);

    /// <returns>False if it was refused, so that it is there as before.</returns>
    public async Task<bool> RemoveAsync(int content, Cid root, CancellationToken cancellationToken) => await RunAsync(
        Template(OperationKind.Remove, content, root),
        async (operation, token) => await client.RemoveAsync(root, token) ? operation : operation with { Outcome = OperationOutcome.Absent },
        cancellationToken) != OperationOutcome.Refused;

    public async Task<IReadOnlySet<string>> ListRootsAsync(CancellationToken cancellationToken)
    {
        var listed = new HashSet<string>();
        await RunAsync(
            Template(OperationKind.ListRoots),
            async (operation, token) =>
            {
                await foreach (var root in client.ListRootsAsync(token))
                    listed.Add(root.Root.ToString());
                return operation with { Listed = listed };
            },
            cancellationToken);
        return listed;
    }

    public Task ListPinsAsync(CancellationToken cancellationToken) => RunAsync(
        Template(OperationKind.ListPins),
        async (operation, token) =>
        {
            var listed = new HashSet<string>();
            await foreach (var pin in client.ListPinsAsync(cancellationToken: token))
                listed.Add(pin.Cid.ToString());
            return operation with { Listed = listed };
        },
        cancellationToken);

    /// <summary>Whether calls are those after everything has come to rest.</summary>
    public bool IsFinal { get; set; }

    private static Operation Template(OperationKind kind, int? content = null, Cid? root = null) =>
        new() { Kind = kind, Content = content, Root = root?.ToString(), Start = default, End = default, Outcome = default };

    private async Task<OperationOutcome> RunAsync(Operation template, Func<Operation, CancellationToken, Task<Operation>> call, CancellationToken cancellationToken)
    {
        var operation = template with { Start = history.Now, Client = id, IsFinal = IsFinal };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            operation = await Task.Run(() => call(operation, timeout.Token), cancellationToken).WaitAsync(Timeout + Slack, cancellationToken);
        }
        catch (TimeoutException)
        {
            operation = operation with { Outcome = OperationOutcome.Hung };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            operation = operation with { Outcome = Judge(exception, timeout.IsCancellationRequested), Failure = $"{exception.GetType().Name}: {exception.Message}" };
        }

        history.Add(operation with { End = history.Now });
        return operation.Outcome;
    }

    private static OperationOutcome Judge(Exception exception, bool isTimedOut) => exception switch
    {
        ContentNotFoundException => OperationOutcome.Absent,
        ContentPinnedException => OperationOutcome.Refused,
        IpfsKitException or IpldException => OperationOutcome.Failed,
        OperationCanceledException when isTimedOut => OperationOutcome.TimedOut,
        _ => OperationOutcome.Broken,
    };
}
