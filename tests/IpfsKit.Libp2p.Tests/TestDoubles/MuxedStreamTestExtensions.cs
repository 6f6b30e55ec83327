namespace IpfsKit.Libp2p.Tests.TestDoubles;

internal static class MuxedStreamTestExtensions
{
    /// <summary>Reads to the end.</summary>
    public static async Task<byte[]> ReadToEndAsync(this IMuxedStream stream, CancellationToken cancellationToken)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var read and > 0)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    public static async Task<byte[]> ReadExactlyAsync(this IMuxedStream stream, int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[count];
        for (var have = 0; have < count;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(have), cancellationToken);
            Assert.NotEqual(0, read);
            have += read;
        }

        return buffer;
    }

    /// <summary>Reads until it fails.</summary>
    public static async Task ReadToEndAndFailAsync(this IMuxedStream stream, CancellationToken cancellationToken)
    {
        await stream.ReadToEndAsync(cancellationToken);
        Assert.Fail("The stream ended in order.");
    }

    /// <summary>Sends back what comes, to the end.</summary>
    public static async Task EchoAsync(this IMuxedStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var read and > 0)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
    }
}
