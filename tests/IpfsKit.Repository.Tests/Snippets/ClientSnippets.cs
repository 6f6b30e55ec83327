using IpfsKit.Client;

namespace IpfsKit.Repository.Tests.Snippets;

/// <summary>Examples of the documents that use a client.</summary>
internal static class ClientSnippets
{
    public static async Task ReadmeAsync(IIpfsKitClient client)
    {
        // <snippet: README.md>
        var added = await client.AddFileAsync("video.mp4");
        await using var stream = await client.OpenReadAsync($"/ipfs/{added.Root}");   // seekable, verified block by block
        stream.Seek(1 << 30, SeekOrigin.Begin);                                       // fetches only what it needs
        // </snippet>
    }

    public static async Task PackageAsync(IIpfsKitClient client, string photos)
    {
        // <snippet: src/IpfsKit.Client/README.md>
        var added = await client.AddDirectoryAsync(photos);
        await foreach (var entry in client.ListAsync($"/ipfs/{added.Root}"))
            Console.WriteLine($"{entry.Kind} {entry.SizeBytes} {entry.Name}");

        await using var stream = await client.OpenReadAsync($"/ipfs/{added.Root}/summer/beach.jpg");
        stream.Seek(-1024, SeekOrigin.End);                        // seekable: fetches only what is read
        await stream.CopyToAsync(Console.OpenStandardOutput());
        // </snippet>
    }
}
