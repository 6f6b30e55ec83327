using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Records;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Peers;

public sealed class PeerStoreFileTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly PrivateKey _other = PrivateKey.Generate();

    private string File => _directory.Combine("peers");

    private PeerId Signer => _key.PublicKey.PeerId;

    public void Dispose()
    {
        _directory.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void File_SavedWhileAPeerIsConnected_KeepsItsAddressesAsIfItHadJustLeft()
    {
        var store = Store();
        store.SetConnected(Alice, true);
        store.AddConnected(Alice, [Address(1)]);
        store.AddAddresses(Alice, [Address(2)], Timeout.InfiniteTimeSpan);
        store.SetConnected(Signer, true);
        store.TryAddRecord(Signer, 7, [Address(3)], Record(7, Address(3)), lifetime: null);
        PeerStoreFile.Save(File, store);

        _time.Advance(TimeSpan.FromMinutes(31));
        var loaded = Store();
        Assert.True(PeerStoreFile.TryLoad(File, loaded, _time.GetUtcNow()));

        Assert.Equal([Address(2)], loaded.GetAddresses(Alice));
        Assert.Empty(loaded.GetAddresses(Signer));
    }

    [Fact]
    public void File_SavedAndLoaded_HasAllThatHasNotExpired()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1)], Hour);
        store.AddAddresses(Alice, [Address(2)], 3 * Hour);
        store.AddAddresses(Alice, [Address(3)], Timeout.InfiniteTimeSpan);
        store.SetIdentity(Alice, null, "agent/1", ["/a", "/b"]);
        store.AddLatency(Alice, TimeSpan.FromMilliseconds(42));
        store.TrySetMetadata(Alice, "zone", "a"u8.ToArray());
        var record = Record(7, Address(4));
        store.TryAddRecord(Signer, 7, [Address(4)], record, 3 * Hour);
        PeerStoreFile.Save(File, store);

        _time.Advance(2 * Hour);
        var loaded = Store();
        Assert.True(PeerStoreFile.TryLoad(File, loaded, _time.GetUtcNow()));

        Assert.Equal([Address(2), Address(3)], loaded.GetAddresses(Alice));
        Assert.Equal(["/a", "/b"], loaded.GetProtocols(Alice));
        Assert.Equal("agent/1", loaded.GetAgentVersion(Alice));
        Assert.Equal(TimeSpan.FromMilliseconds(42), loaded.GetLatency(Alice));
        Assert.Equal("a"u8.ToArray(), loaded.GetMetadata(Alice, "zone")!.Value.ToArray());
        Assert.Equal(record.ToArray(), loaded.GetSignedRecord(Signer)!.Value.ToArray());
        Assert.False(loaded.TryAddRecord(Signer, 6, [Address(9)], Record(6, Address(9)), Hour));
        Assert.Equal([Address(4)], loaded.GetAddresses(Signer));
    }

    [Fact]
    public void File_AddressThatWasGivenToStayAndIsSigned_StaysAndIsSigned()
    {
        var store = Store();
        store.AddAddresses(Signer, [Address(4)], Timeout.InfiniteTimeSpan);
        store.TryAddRecord(Signer, 7, [Address(4), Address(5)], Record(7, Address(4), Address(5)), Hour);
        var loaded = SaveAndLoad(store);
        Assert.Equal([Address(4), Address(5)], loaded.GetAddresses(Signer).OrderBy(address => address.ToString()));
        _time.Advance(2 * Hour);
        Assert.Equal([Address(4)], loaded.GetAddresses(Signer));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("of somebody else")]
    [InlineData("with another number")]
    public void File_WithARecordThatIsNotThePeers_LosesTheRecordAndItsAddressesWhenTheyAreOfUse(string kind)
    {
        // Somebody wrote another file with a checksum of its own.
        var record = kind switch
        {
            "nonsense" => new byte[] { 1, 2, 3 },
            "of somebody else" => PeerRecord.Seal(_other, 7, [Address(4)]).Envelope.Encoded,
            _ => Record(6, Address(4)),
        };
        foreach (var use in new Action<PeerStore>[]
        {
            loaded => Assert.Empty(loaded.GetAddresses(Signer)),
            loaded => Assert.Null(loaded.GetSignedRecord(Signer)),
            loaded => Assert.True(loaded.TryAddRecord(Signer, 5, [Address(8)], Record(5, Address(8)), Hour)),
            loaded => loaded.AddAddresses(Signer, [Address(9)], Hour),
        })
        {
            var store = Store();
            store.TryAddRecord(Signer, 7, [Address(4)], record, Hour);
            var loaded = SaveAndLoad(store);
            Assert.Equal(1, loaded.RecordCount);

            use(loaded);

            Assert.DoesNotContain(Address(4), loaded.GetAddresses(Signer));
            Assert.Equal(loaded.GetAddresses(Signer).Count, loaded.UnconnectedAddresses);
        }
    }

    [Fact]
    public void File_WithSignedAddressesThatTheRecordDoesNotName_LosesThose()
    {
        var store = Store();
        store.TryAddRecord(Signer, 7, [Address(4), Address(5)], Record(7, Address(4)), Hour);
        Assert.Equal([Address(4)], SaveAndLoad(store).GetAddresses(Signer));
    }

    [Fact]
    public void File_ThatIsNotThere_IsAnEmptyStore() => Assert.True(PeerStoreFile.TryLoad(File, Store(), _time.GetUtcNow()));

    [Fact]
    public void File_WithAnyByteChanged_IsPutAside()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1)], Hour);
        PeerStoreFile.Save(File, store);
        var bytes = System.IO.File.ReadAllBytes(File);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x40;
            AssertPutAside(damaged);
        }

        for (var length = 0; length < bytes.Length; length++)
            AssertPutAside(bytes[..length]);

        void AssertPutAside(byte[] content)
        {
            System.IO.File.WriteAllBytes(File, content);
            var loaded = Store();
            Assert.False(PeerStoreFile.TryLoad(File, loaded, _time.GetUtcNow()));
            Assert.Equal(0, loaded.Count);
            Assert.False(System.IO.File.Exists(File));
            Assert.Equal(content, System.IO.File.ReadAllBytes(File + ".damaged"));
        }
    }

    [Fact]
    public async Task Saver_ManyChanges_WritesOnceAfterTheDelayAndOnceAtTheEnd()
    {
        var store = Store();
        var options = new PeerStoreOptions { Path = File };
        await using (var saver = PeerStoreSaver.Start(store, options, _time, NullLogger.Instance))
        {
            for (var i = 0; i < 100; i++)
                store.AddAddresses(Alice, [Address(i)], Hour);
            Assert.Equal(0, saver.Saves);
            await Eventually.TrueAsync(
                "the file is written",
                () =>
                {
                    _time.Advance(options.SaveDelay);
                    return Task.FromResult(saver.Saves == 1);
                },
                TimeSpan.FromSeconds(30),
                TestContext.Current.CancellationToken);

            store.AddAddresses(Bob, [Address(1)], Hour);
        }

        var loaded = Store();
        Assert.True(PeerStoreFile.TryLoad(File, loaded, _time.GetUtcNow()));
        Assert.True(loaded.Contains(Bob));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.new"));
    }

    private PeerStore SaveAndLoad(PeerStore store)
    {
        PeerStoreFile.Save(File, store);
        var loaded = Store();
        Assert.True(PeerStoreFile.TryLoad(File, loaded, _time.GetUtcNow()));
        return loaded;
    }

    private ReadOnlyMemory<byte> Record(ulong sequence, params Multiaddr[] addresses) => PeerRecord.Seal(_key, sequence, addresses).Envelope.Encoded;

    private PeerStore Store() => new(new PeerStoreOptions(), _time);
}
