using CsCheck;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage;
using IpfsKit.TestKit;

namespace IpfsKit.Client.Tests.Reading;

/// <summary>Seeking and reading in every order, held against the same calls on a memory stream.</summary>
public sealed class FileReadStreamTests : IAsyncLifetime
{
    private const int Length = 300_000;

    private readonly MemoryBlockStore _store = new();
    private readonly byte[] _content = TestContent.Bytes(Length);
    private TestDataPlane _plane = null!;
    private ReadHarness _harness = null!;
    private IpfsPath _path = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _plane = await TestDataPlane.StartAsync(_store);
        _path = await TestContent.AddFileAsync(_store, _content);
        _harness = new ReadHarness(new FakeLocator(_plane), options => options.FirstWindowBytes = 16 << 10);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task ReadAndSeek_InAnyOrder_DoesWhatAMemoryStreamDoes()
    {
        var step = Gen.Select(Gen.Bool, Gen.Long[0, Length + 10], Gen.Int[0, 60_000]);
        await step.List[1, 12].SampleAsync(
            async steps =>
            {
                await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
                var model = new MemoryStream(_content);
                foreach (var (seeks, position, count) in steps)
                {
                    if (seeks)
                    {
                        stream.Position = position;
                        model.Position = position;
                    }

                    var expected = new byte[count];
                    var expectedCount = model.Read(expected);
                    var actual = new byte[count];
                    var actualCount = await stream.ReadAtLeastAsync(actual, count, throwOnEndOfStream: false, Cancellation);
                    if (actualCount != expectedCount || !actual.AsSpan().SequenceEqual(expected) || stream.Position != model.Position)
                        return false;
                }

                return true;
            },
            iter: Soak.Count(60, 2000),
            seed: "0N0XIzNsQ0O2",
            threads: 1);
    }

    [Fact]
    public async Task CopyTo_FromTheMiddle_GivesTheRest()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        stream.Seek(-100_000, SeekOrigin.End);

        Assert.Equal(_content[^100_000..], await stream.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Read_RandomAccess_AsksForLittle()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        stream.Position = 200_000;
        await stream.ReadExactlyAsync(new byte[100], Cancellation);

        Assert.Contains("entity-bytes=200000:216383", _plane.Requests.Last());
    }

    [Fact]
    public async Task Read_Sequentially_AsksForFourTimesAsMuchEachTime()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        var buffer = new byte[1000];
        while (await stream.ReadAsync(buffer, Cancellation) > 0)
        {
        }

        Assert.Collection(
            _plane.Requests,
            request => Assert.Contains("entity-bytes=0:16383", request),
            request => Assert.Contains("entity-bytes=16384:81919", request),
            request => Assert.Contains("entity-bytes=81920:299999", request));
        Assert.All(_plane.Requests.Skip(1), request => Assert.Contains("continues=y", request));
    }

    [Fact]
    public async Task Read_PastTheEnd_GivesNothing()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        stream.Position = Length + 5;

        Assert.Equal(0, await stream.ReadAsync(new byte[10], Cancellation));
        Assert.Equal(Length, stream.Length);
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
        Assert.Throws<NotSupportedException>(() => stream.Write([1]));
    }

    [Fact]
    public async Task Read_EmptyFile_IsEmpty()
    {
        var path = await TestContent.AddFileAsync(_store, []);

        await using var stream = await _harness.OpenReadAsync(path, Cancellation);

        Assert.Equal(0, stream.Length);
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Cancellation));
    }

    [Fact]
    public async Task Read_FileOfZeros_WhoseBlocksAllAreTheSame_Arrives()
    {
        var zeros = new byte[200_000];
        var path = await TestContent.AddFileAsync(_store, zeros);

        await using var stream = await _harness.OpenReadAsync(path, Cancellation);

        Assert.Equal(zeros, await stream.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Read_BelowAShardedDirectory_FollowsThePath()
    {
        var profile = TestContent.Small with { HamtThresholdBytes = 1000, HamtFanout = 8 };
        var root = await TestContent.AddTreeAsync(
            _store, Enumerable.Range(0, 200).Select(i => ($"folder/file {i} ä%2F", TestContent.Bytes(10_000, i))), profile);

        await using var stream = await _harness.OpenReadAsync(IpfsPath.Parse($"/ipfs/{root}/folder/file 77 ä%2F"), Cancellation);

        Assert.Equal(TestContent.Bytes(10_000, 77), await stream.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Read_SynchronouslyAndThroughSpans_GivesTheSame()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        var buffer = new byte[Length];
#pragma warning disable CA1849, xUnit1051 // the synchronous members are what is tested
        stream.ReadExactly(buffer.AsSpan(0, 1000));
        stream.ReadExactly(buffer, 1000, Length - 1000);
#pragma warning restore CA1849, xUnit1051

        Assert.Equal(_content, buffer);
    }

    [Fact]
    public async Task Read_AfterDispose_Throws()
    {
        var stream = await _harness.OpenReadAsync(_path, Cancellation);
        await stream.DisposeAsync();

        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadExactlyAsync(new byte[1], Cancellation).AsTask());
    }

    [Fact]
    public async Task Read_CancelledOnce_GoesOnWithTheNextCall()
    {
        await using var stream = await _harness.OpenReadAsync(_path, Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadExactlyAsync(new byte[10], new CancellationToken(canceled: true)).AsTask());

        Assert.Equal(_content, await stream.ReadToEndAsync(Cancellation));
    }
}
