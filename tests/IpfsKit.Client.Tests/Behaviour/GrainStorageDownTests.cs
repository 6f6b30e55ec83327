using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Multiformats;
using IpfsKit.Persistence.Sqlite;
using Orleans.Runtime.Hosting;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>Grain storage is down: writes fail with errors that a client can tell apart, and what is here is read.</summary>
public sealed class GrainStorageDownTests : IAsyncLifetime
{
    private readonly FaultyGrainStorage _storage = new();
    private TestSilo _silo = null!;
    private Cid _pinned;
    private Cid _plain;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, Type> Faults => new()
    {
        { "file", typeof(StateUnavailableException) },
        { "full", typeof(InsufficientStorageException) },
        { "other", typeof(StateUnavailableException) },
    };

    private IIpfsKitClient Client => _silo.Client;

    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.StartAsync(
            configureClient: options => options.RetryDelay = TimeSpan.Zero,
            configureSilo: silo => silo.Services.AddGrainStorage(GrainNames.ContentStorage, (_, _) => _storage));
        _pinned = (await Client.AddStreamAsync(new MemoryStream("pinned"u8.ToArray()), cancellationToken: Cancellation)).Root;
        _plain = (await Client.AddStreamAsync(new MemoryStream("plain"u8.ToArray()), new AddOptions { Pin = false }, cancellationToken: Cancellation)).Root;
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Writes_ToStateThatIsDown_FailWithATypeOfTheClient(string fault, Type expected)
    {
        // A full disk can still be read.
        if (fault == "full")
            _storage.WriteFault = Fault(fault);
        else
            _storage.Fault = Fault(fault);

        Assert.IsType(expected, await Record.ExceptionAsync(() => Client.PinAsync(_plain, cancellationToken: Cancellation)));
        Assert.IsType(expected, await Record.ExceptionAsync(() => Client.UnpinAsync(_pinned, Cancellation)));
        Assert.IsType(expected, await Record.ExceptionAsync(() => Client.RemoveAsync(_plain, Cancellation)));

        // What failed did not happen, and goes through once storage is back.
        (_storage.Fault, _storage.WriteFault) = (null, null);
        Assert.True(await Client.UnpinAsync(_pinned, Cancellation));
        Assert.True(await Client.RemoveAsync(_plain, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Add_WhileStateIsDown_FailsWithATypeOfTheClient(string fault, Type expected)
    {
        if (fault == "full")
            _storage.WriteFault = Fault(fault);
        else
            _storage.Fault = Fault(fault);

        var thrown = await Record.ExceptionAsync(() => Client.AddStreamAsync(new MemoryStream("new"u8.ToArray()), cancellationToken: Cancellation));

        Assert.IsType(expected, thrown);
        (_storage.Fault, _storage.WriteFault) = (null, null);
        Assert.Equal(3, (await Client.AddStreamAsync(new MemoryStream("new"u8.ToArray()), cancellationToken: Cancellation)).SizeBytes);
    }

    [Fact]
    public async Task Reads_OfLocalContent_GoOn()
    {
        _storage.Fault = Fault("file");

        await using var stream = await Client.OpenReadAsync(_plain, Cancellation);

        Assert.Equal("plain"u8.ToArray(), await stream.ReadToEndAsync(Cancellation));
        Assert.Equal(2, (await Client.ListRootsAsync(Cancellation).ToListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Remove_OfARootWhoseStateCannotBeRead_FailsWithATypeOfTheClient()
    {
        _storage.Fault = Fault("file");
        var never = Ipld.Block.Create(Multicodec.Raw, TestContent.Bytes(10)).Cid;

        await Assert.ThrowsAsync<StateUnavailableException>(() => Client.RemoveAsync(never, Cancellation));
    }

    private static Exception Fault(string name) => name switch
    {
        "file" => new SqliteGrainStorageException("the file is gone", "/data/grains.db"),
        "full" => new SqliteGrainStorageException("no room", "/data/grains.db", isDiskFull: true),
        _ => new HttpRequestException("a storage elsewhere does not answer"),
    };
}
