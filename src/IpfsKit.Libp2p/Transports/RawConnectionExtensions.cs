namespace IpfsKit.Libp2p.Transports;

/// <summary>What the layers above do with raw connections.</summary>
internal static class RawConnectionExtensions
{
    /// <summary>Fills the buffer, and reads nothing beyond it.</summary>
    /// <returns>False if the other side ended before the first byte, or in between.</returns>
    public static async ValueTask<bool> TryReadExactlyAsync(this IRawConnection connection, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var bytes = await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (bytes == 0)
                return false;
            buffer = buffer[bytes..];
        }

        return true;
    }
}
