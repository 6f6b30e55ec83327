using IpfsKit.Client.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Feeds;

/// <summary>The blocks of a CAR as it arrives over HTTP, each hashed before it is handed on.</summary>
/// <remarks>
/// A stream that ends inside a section is a failure; one that ends between sections ends the feed, and whether that was too early is for the walk of the
/// reader to say. The header says nothing that the walk does not check better.
/// </remarks>
internal sealed class CarBlockFeed : IBlockFeed
{
    private const int MaxHeaderBytes = 64 << 10;

    private readonly HttpResponseMessage _response;
    private readonly GuardedStream _stream;
    private readonly IpfsKitClientOptions _options;
    private CarReader? _reader;

    public CarBlockFeed(HttpResponseMessage response, Stream stream, IpfsKitClientOptions options, TimeProvider time)
    {
        _response = response;
        _options = options;
        _stream = new GuardedStream(stream, options.IdleTimeout, time);
    }

    public async ValueTask<Block?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _reader ??= await CarReader.OpenAsync(
                _stream, new CarReaderOptions { MaxBlockBytes = _options.MaxBlockBytes, MaxHeaderBytes = MaxHeaderBytes }, cancellationToken).ConfigureAwait(false);
            return await _reader.ReadBlockAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_stream.IsPastDeadline(exception))
        {
            throw new FeedFailureException($"it stood still for {_options.IdleTimeout}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or IpldException or UnsupportedHashException)
        {
            throw new FeedFailureException($"the stream broke off: {exception.Message}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_reader is not null)
            await _reader.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        // Disposing the response before its end closes the connection, which is what tells the silo to stop.
        _response.Dispose();
    }

    /// <summary>A stream whose every read has a deadline.</summary>
    private sealed class GuardedStream(Stream inner, TimeSpan idleTimeout, TimeProvider time) : ReadOnlyStream
    {
        private Deadline? _deadline;
        private CancellationToken _token;

        public bool IsPastDeadline(Exception exception) => _deadline?.IsPast(exception) ?? false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // One reader reads with one token nearly always, so that the deadline is made once.
            if (_deadline is null || _token != cancellationToken)
            {
                _deadline?.Dispose();
                _deadline = new Deadline(idleTimeout, time, cancellationToken);
                _token = cancellationToken;
            }

            _deadline.Start();
            var read = await inner.ReadAsync(buffer, _deadline.Token).ConfigureAwait(false);
            _deadline.Stop();
            return read;
        }

        public override async ValueTask DisposeAsync()
        {
            _deadline?.Dispose();
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
