using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Benchmarks.Runner.Floors;

/// <summary>The plainest way to move bytes between two .NET processes: one Kestrel response, one HttpClient.</summary>
internal sealed class StreamServer : IAsyncDisposable
{
    /// <summary>The server's role as a child process.</summary>
    public const string ChildRole = "stream-server";

    private const int WriteBytes = 256 << 10;
    private const int ReadBytes = 256 << 10;
    private const int HashBytes = 1 << 20;

    private readonly ChildProcess _server;
    private readonly HttpClient _client;
    private readonly long _bytes;

    private StreamServer(ChildProcess server, Uri address, long bytes)
    {
        _server = server;
        _bytes = bytes;
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Starts a server that answers every request with that many bytes.</summary>
    public static async Task<StreamServer> StartAsync(long bytes)
    {
        var server = ChildProcess.Start(ChildRole, [bytes.ToString(CultureInfo.InvariantCulture)]);
        return new StreamServer(server, new Uri(await server.ReadRequiredLineAsync()), bytes);
    }

    /// <summary>Reads everything once; GiB/s.</summary>
    /// <param name="verify">Whether to hash what arrives, in blocks of 1 MiB, as a verifying reader has to.</param>
    public async Task<double> ReadAsync(bool verify)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashBytes);
        var digest = new byte[SHA256.HashSizeInBytes];
        var start = Stopwatch.GetTimestamp();
        using var response = await _client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var total = 0L;
        for (var filled = 0; ;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled, Math.Min(ReadBytes, HashBytes - filled)));
            total += read;
            filled += read;
            if (verify && (filled == HashBytes || (read == 0 && filled > 0)))
                SHA256.TryHashData(buffer.AsSpan(0, filled), digest, out _);
            if (filled == HashBytes)
                filled = 0;
            if (read == 0)
                break;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return total == _bytes
            ? Stopwatches.GiBPerSecond(total, start)
            : throw new InvalidDataException($"The stream had {total} bytes instead of {_bytes}.");
    }

    /// <summary>The child's work: serves until its input ends.</summary>
    public static async Task<int> ServeAsync(long bytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var application = builder.Build();
        var block = RandomNumberGenerator.GetBytes(WriteBytes);
        application.MapGet("/", async (HttpContext context) =>
        {
            context.Response.ContentLength = bytes;
            for (var left = bytes; left > 0; left -= WriteBytes)
                await context.Response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, WriteBytes)), context.RequestAborted);
        });
        await application.StartAsync();
        Console.WriteLine(application.Urls.First());
        await Console.In.ReadToEndAsync();
        await application.StopAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
