using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Tests.Identities;

public sealed class IdentityFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ipfskit-identity-");

    private string FilePath => Path.Combine(_directory.FullName, "identity.key");

    [Fact]
    public void LoadOrCreate_ForTheFirstTime_MakesAFileThatOnlyItsOwnerReads()
    {
        using var made = IdentityFile.LoadOrCreate(FilePath);
        using var read = IdentityFile.Load(FilePath);

        Assert.Equal(made.PublicKey, read.PublicKey);
        Assert.Equal(["identity.key"], _directory.GetFiles().Select(file => file.Name));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void LoadOrCreate_Again_IsTheSamePeer()
    {
        using var first = IdentityFile.LoadOrCreate(FilePath);
        using var second = IdentityFile.LoadOrCreate(FilePath);

        Assert.Equal(first.PublicKey.PeerId, second.PublicKey.PeerId);
    }

    [Fact]
    public void LoadOrCreate_AfterACrashBeforeTheRename_StartsOver()
    {
        File.WriteAllText(FilePath + ".new", "half a k");

        using var key = IdentityFile.LoadOrCreate(FilePath);

        Assert.False(File.Exists(FilePath + ".new"));
    }

    [Fact]
    public void Load_KeyThatAnotherImplementationWrote_IsRead()
    {
        File.WriteAllBytes(FilePath, SpecKeys.Bytes(SpecKeys.Ed25519Private));

        using var key = IdentityFile.LoadOrCreate(FilePath);

        Assert.Equal(SpecKeys.Ed25519Public, Convert.ToHexStringLower(key.PublicKey.Encoded.Span));
    }

    [Theory]
    [InlineData(KeyType.Secp256k1)]
    [InlineData(KeyType.Ecdsa)]
    [InlineData(KeyType.Rsa)]
    public void LoadOrCreate_OfAType_MakesItOnceAndKeepsIt(KeyType type)
    {
        using var made = IdentityFile.LoadOrCreate(FilePath, type);
        using var read = IdentityFile.LoadOrCreate(FilePath);

        Assert.Equal(type, made.Type);
        Assert.Equal(made.PublicKey, read.PublicKey);
    }

    public static TheoryData<string> DamagedFiles => ["", "00", "0801", SpecKeys.Ed25519Public, SpecKeys.Ed25519Private[..^2], SpecKeys.Secp256k1Private[..^2], SpecKeys.RsaPublic, new string('0', 20_000)];

    [Theory]
    [MemberData(nameof(DamagedFiles))]
    public void LoadOrCreate_DamagedFile_IsRefusedAndLeftAlone(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        File.WriteAllBytes(FilePath, bytes);

        var exception = Assert.Throws<IdentityFileException>(() => IdentityFile.LoadOrCreate(FilePath));

        Assert.Equal(FilePath, exception.Path);
        Assert.Contains(FilePath, exception.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Load_Unreadable_IsATypedError()
    {
        Directory.CreateDirectory(FilePath);

        Assert.Throws<IdentityFileException>(() => IdentityFile.Load(FilePath));
    }

    [Fact]
    public void LoadOrCreate_WhereNoFileCanBeMade_IsATypedError()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "file"), "");

        Assert.Throws<IdentityFileException>(() => IdentityFile.LoadOrCreate(Path.Combine(_directory.FullName, "file", "identity.key")));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
