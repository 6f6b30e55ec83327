using Orleans.Storage;

namespace IpfsKit.Persistence.Sqlite;

/// <summary>How a <see cref="SqliteGrainStorage"/> behaves. Storages of one silo that name the same file share it: its limits are those of the one that opens it first.</summary>
public sealed class SqliteGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The database file; it and its folder are made if they are not there.</summary>
    /// <value>A path; required.</value>
    public string DatabasePath { get; set; } = "";

    /// <summary>How long an operation waits for another process that has the file locked.</summary>
    /// <value>0 to 1 hour; default 10 s.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many reads run at once, each on the thread of its caller. Writes have one thread of their own.</summary>
    /// <value>1 to 64; default 2.</value>
    public int ConcurrentReads { get; set; } = 2;

    /// <summary>The most writes, and beside them the most reads, that wait; one more is refused with <see cref="SqliteGrainStorageException"/>.</summary>
    /// <value>1 to 16,777,216; default 1,048,576: more than a silo has activations to write when it stops.</value>
    public int MaxQueued { get; set; } = 1 << 20;

    /// <summary>The most bytes that waiting writes take; one more is refused with <see cref="SqliteGrainStorageException"/>.</summary>
    /// <value>64 KiB to 16 GiB; default 256 MiB.</value>
    public long MaxQueuedBytes { get; set; } = 256L << 20;

    /// <summary>The largest serialized state; a larger one is refused with <see cref="SqliteGrainStorageException"/>.</summary>
    /// <value>Bytes, 1 KiB to 512 MiB; default 4 MiB. States of more than some 64 KiB are slow with any storage.</value>
    public int MaxStateBytes { get; set; } = 4 << 20;

    /// <summary>The stage of the silo's start at which the file is opened; at the same stage of its stop it is closed.</summary>
    /// <value>A <see cref="ServiceLifecycleStage"/>; default <see cref="ServiceLifecycleStage.ApplicationServices"/>, before grains are called and after they are gone.</value>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <summary>What turns states into bytes.</summary>
    /// <value>Default: the <see cref="IGrainStorageSerializer"/> that is registered under the storage's name as key, else the silo's.</value>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
