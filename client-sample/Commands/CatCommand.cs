using System.CommandLine;
using IpfsKit.Client;

namespace IpfsKit.ClientSample.Commands;

/// <summary><c>cat</c>: a file, or a part of one, to the standard output.</summary>
internal static class CatCommand
{
    private const int BufferBytes = 1 << 20;

    public static Command Create(Cli cli)
    {
        var path = new Argument<string>("path") { Description = "/ipfs/<cid>/name/name" };
        var offset = new Option<long>("--offset") { Description = "The first byte; negative counts from the end." };
        var length = new Option<long?>("--length") { Description = "How many bytes at most." };
        var command = new Command("cat", "Write a file to the standard output, verified block by block.") { path, offset, length };
        cli.SetAction(command, async (client, parsed, _, cancellationToken) =>
        {
            await using var stream = await client.OpenReadAsync(parsed.GetRequiredValue(path), cancellationToken);
            var from = parsed.GetValue(offset);
            stream.Position = from >= 0 ? from : Math.Max(0, stream.Length + from);
            await using var target = Console.OpenStandardOutput();
            if (parsed.GetValue(length) is { } count)
                await CopyAsync(stream, target, count, cancellationToken);
            else
                await stream.CopyToAsync(target, cancellationToken);
        });
        return command;
    }

    private static async Task CopyAsync(Stream source, Stream target, long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(BufferBytes, Math.Max(1, count))];
        while (count > 0)
        {
            var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken);
            if (read == 0)
                return;
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            count -= read;
        }
    }
}
