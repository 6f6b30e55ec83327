namespace IpfsKit.Client.Listing;

/// <summary>The items of a grain's stream, from which a reader parts when it wants to: a silo that has died answers neither the next question nor the farewell, and Orleans waits half a minute for each.</summary>
internal sealed class DetachableStream<T>(IAsyncEnumerable<T> items) : IAsyncEnumerable<T>
{
    /// <summary>How long a reader that leaves waits until the silo knows, so that what it does for the stream mostly has ended then.</summary>
    internal static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(items.GetAsyncEnumerator(cancellationToken), cancellationToken);

    private sealed class Enumerator(IAsyncEnumerator<T> items, CancellationToken cancellationToken) : IAsyncEnumerator<T>
    {
        private Task<bool>? _next;

        public T Current => items.Current;

        public ValueTask<bool> MoveNextAsync()
        {
            var next = items.MoveNextAsync();
            // Items come in batches: most are here already.
            return next.IsCompletedSuccessfully ? new(next.Result) : new((_next = next.AsTask()).WaitAsync(cancellationToken));
        }

        public async ValueTask DisposeAsync() =>
            await PartAsync().WaitAsync(Farewell, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        private async Task PartAsync()
        {
            // An enumerator may be disposed only between two steps.
            if (_next is not null)
                await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await items.DisposeAsync().ConfigureAwait(false);
        }
    }
}
