using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Storage;

namespace IpfsKit.Grains.Tests.Hosting;

public sealed class NodeSlotTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("ipfskit-slots-");

    [Fact]
    public void Acquire_GivesEachItsOwnAndTheFirstThatIsFree()
    {
        using var first = NodeSlot.Acquire(_data.FullName, null);
        using (var second = NodeSlot.Acquire(_data.FullName, null))
            Assert.Equal((0, 1), (first.Number, second.Number));

        using var third = NodeSlot.Acquire(_data.FullName, null);
        Assert.Equal(1, third.Number);
        Assert.Equal(Path.Combine(_data.FullName, "slot-1"), third.Directory);
    }

    [Fact]
    public void Acquire_OfASlotInUse_NamesIt()
    {
        using var held = NodeSlot.Acquire(_data.FullName, 3);

        var exception = Assert.Throws<DataDirectoryLockedException>(() => NodeSlot.Acquire(_data.FullName, 3));
        Assert.Equal(Path.Combine(_data.FullName, "slot-3"), exception.Path);
    }

    [Fact]
    public void Acquire_WhereNoDirectoryCanBe_SaysWhichAndHow()
    {
        var file = Path.Combine(_data.FullName, "file");
        File.WriteAllText(file, "");

        var exception = Assert.Throws<IOException>(() => NodeSlot.Acquire(file, null));
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
        Assert.Contains("IpfsKit:DataDirectory", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_WhereTheLockCannotBeOpened_SaysWhyAndNotThatItIsInUse()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Directory.CreateDirectory(Path.Combine(_data.FullName, "slot-0"));
        File.CreateSymbolicLink(Path.Combine(_data.FullName, "slot-0", "lock"), "lock");

        var exception = Assert.Throws<IOException>(() => NodeSlot.Acquire(_data.FullName, null));
        Assert.Contains("slot-0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("IpfsKit:DataDirectory", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slot_IsClosedToOthersOfTheMachine()
    {
        using var slot = NodeSlot.Acquire(_data.FullName, null);

        // Windows has access lists instead of modes, and gives a user's local data to that user.
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(slot.Directory));
    }

    [Fact]
    public void DefaultDataDirectory_IsBelowTheUsersLocalData() =>
        Assert.Equal("IpfsKit", Path.GetFileName(NodeSlot.DefaultDataDirectory()));

    [Fact]
    public void Identity_OfASlot_StaysTheSame()
    {
        using var slot = NodeSlot.Acquire(_data.FullName, null);
        using var first = new NodeIdentity(slot);
        using var second = new NodeIdentity(slot);

        Assert.Equal(first.Key.PublicKey, second.Key.PublicKey);
    }

    [Fact]
    public void Identity_MissingFromASlotWithContent_IsNotMadeAnew()
    {
        using var slot = NodeSlot.Acquire(_data.FullName, null);
        Directory.CreateDirectory(slot.BlocksDirectory);

        Assert.Throws<IdentityFileException>(() => new NodeIdentity(slot));
        Assert.False(File.Exists(slot.IdentityPath));
    }

    public void Dispose() => _data.Delete(recursive: true);
}
