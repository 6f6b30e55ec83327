using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>The connection below an <see cref="System.Net.Security.SslStream"/>, and the leave to use that stream's state.</summary>
/// <remarks>
/// An <see cref="System.Net.Security.SslStream"/> may be read and written at the same time, but it ends its direction without a lock, and OpenSSL's state breaks when bytes are decrypted meanwhile: connections failed or hung,
/// one in some hundreds. So a read has the leave, except while it waits for bytes here below, which is when nothing is decrypted; ending the direction takes it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim holds nothing unless its wait handle is asked for; disposing it would fail the read that is about to end.")]
[SuppressMessage("Usage", "CA2213", Justification = "As above.")]
internal sealed class TlsConnectionStream(IRawConnection connection) : AsyncStream
{
    private readonly SemaphoreSlim _leave = new(1);
    private bool _isChannelReading;

    /// <summary>Whether the channel has read to the end of the connection. Behind a close_notify nothing is read, so the end that is found here has not been announced.</summary>
    public bool HasEnded { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = connection.ReadAsync(buffer, cancellationToken);
        // The handshake reads without leave: nothing is beside it.
        if (!_isChannelReading)
            return reading;
        return reading.IsCompletedSuccessfully ? new ValueTask<int>(Took(reading.Result, buffer)) : WaitAsync(reading, buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => connection.WriteAsync(buffer, cancellationToken);

    /// <summary>The channel begins a read.</summary>
    public async ValueTask BeginReadAsync()
    {
        await _leave.WaitAsync().ConfigureAwait(false);
        _isChannelReading = true;
    }

    /// <summary>The channel's read has ended.</summary>
    public void EndRead()
    {
        _isChannelReading = false;
        _leave.Release();
    }

    /// <summary>Does what must not be done beside decryption.</summary>
    public async Task RunAloneAsync(Func<Task> begin, CancellationToken cancellationToken)
    {
        Task begun;
        await _leave.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            begun = begin();
        }
        finally
        {
            _leave.Release();
        }

        await begun.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> reading, Memory<byte> buffer)
    {
        _leave.Release();
        try
        {
            return Took(await reading.ConfigureAwait(false), buffer);
        }
        finally
        {
            await _leave.WaitAsync().ConfigureAwait(false);
        }
    }

    private int Took(int bytes, Memory<byte> buffer)
    {
        HasEnded |= bytes == 0 && buffer.Length > 0;
        return bytes;
    }
}
