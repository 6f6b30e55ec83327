using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>The members of <see cref="IIpfsKitClient"/> for paths that are text; each throws <see cref="FormatException"/> for text that is no path.</summary>
public static class IpfsKitClientExtensions
{
    /// <inheritdoc cref="IIpfsKitClient.OpenReadAsync"/>
    public static Task<Stream> OpenReadAsync(this IIpfsKitClient client, string path, CancellationToken cancellationToken = default) =>
        Checked(client).OpenReadAsync(IpfsPath.Parse(path), cancellationToken);

    /// <inheritdoc cref="IIpfsKitClient.ListAsync"/>
    public static IAsyncEnumerable<DirectoryEntry> ListAsync(
        this IIpfsKitClient client, string path, ListOptions? options = null, CancellationToken cancellationToken = default) =>
        Checked(client).ListAsync(IpfsPath.Parse(path), options, cancellationToken);

    /// <inheritdoc cref="IIpfsKitClient.StatAsync"/>
    public static Task<ContentStat> StatAsync(this IIpfsKitClient client, string path, CancellationToken cancellationToken = default) =>
        Checked(client).StatAsync(IpfsPath.Parse(path), cancellationToken);

    /// <inheritdoc cref="IIpfsKitClient.DownloadAsync"/>
    public static Task<TransferProgress> DownloadAsync(
        this IIpfsKitClient client, string path, string destination, DownloadOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Checked(client).DownloadAsync(IpfsPath.Parse(path), destination, options, progress, cancellationToken);

    /// <inheritdoc cref="IIpfsKitClient.PinAsync"/>
    public static Task<Cid> PinAsync(this IIpfsKitClient client, string path, PinOptions? options = null, CancellationToken cancellationToken = default) =>
        Checked(client).PinAsync(IpfsPath.Parse(path), options, cancellationToken);

    /// <inheritdoc cref="IIpfsKitClient.ExportCarAsync"/>
    public static Task<CarExportResult> ExportCarAsync(
        this IIpfsKitClient client, string path, Stream destination, CarExportOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Checked(client).ExportCarAsync(IpfsPath.Parse(path), destination, options, progress, cancellationToken);

    /// <summary>Reads a whole file into memory.</summary>
    /// <param name="client">The client.</param>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The largest file that is read; default 50 MiB. For more use <see cref="IIpfsKitClient.OpenReadAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FetchTooLargeException">The file is larger; nothing but its root was read.</exception>
    /// <inheritdoc cref="IIpfsKitClient.OpenReadAsync" path="/exception"/>
    public static async Task<byte[]> ReadAllBytesAsync(this IIpfsKitClient client, IpfsPath path, int maxBytes = 50 << 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var stream = await Checked(client).OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (stream.Length > maxBytes)
            throw new FetchTooLargeException(path.Root, maxBytes);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    private static IIpfsKitClient Checked(IIpfsKitClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client;
    }
}
