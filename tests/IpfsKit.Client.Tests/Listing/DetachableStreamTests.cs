using IpfsKit.Client.Listing;

namespace IpfsKit.Client.Tests.Listing;

/// <summary>Streams of silos that do not answer any more.</summary>
public sealed class DetachableStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enumeration_GivenUpWhileTheSiloIsSilent_EndsAtOnceAndSaysFarewellLater()
    {
        var silent = new SilentStream();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = ReadAsync(new DetachableStream<int>(silent), stop.Token);
        await silent.Asked;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Assert.False(silent.Parted.IsCompleted, "An enumerator may be disposed only between two steps.");
        silent.Answer();
        await silent.Parted.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task Enumeration_EndedEarly_DoesNotWaitForAFarewellThatNobodyAnswers()
    {
        var silent = new SilentStream();
        silent.Answer();

        await foreach (var item in new DetachableStream<int>(silent).WithCancellation(Cancellation))
        {
            Assert.Equal(1, item);
            break;
        }

        await silent.Parted.WaitAsync(Cancellation);
    }

    private static async Task ReadAsync(IAsyncEnumerable<int> items, CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
            Assert.Fail($"There is no item, and {item} came.");
    }

    /// <summary>Minds no token, as a call under way does not, and never comes back from its end.</summary>
    private sealed class SilentStream : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _parted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public Task Parted => _parted.Task;

        public int Current => 1;

        public void Answer() => _answer.TrySetResult(true);

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            _asked.TrySetResult();
            return new(_answer.Task);
        }

        public ValueTask DisposeAsync()
        {
            _parted.TrySetResult();
            return new(new TaskCompletionSource().Task);
        }
    }
}
