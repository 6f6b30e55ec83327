using IpfsKit.Grains.Hosting;
using IpfsKit.Storage.Files;

namespace IpfsKit.Grains.Replication;

/// <summary>Whether this silo is being decommissioned: then it takes no new content, and its copies move to others. Remembered over restarts.</summary>
internal sealed class Departure(NodeSlot slot, SweepSchedule schedule)
{
    private readonly string _path = Path.Combine(slot.Directory, "leaving");
    private bool? _isLeaving;

    /// <summary>Whether it leaves.</summary>
    public bool IsLeaving => _isLeaving ??= File.Exists(_path);

    /// <summary>Begins, or calls it off; durable when it returns.</summary>
    public void Set(bool isLeaving)
    {
        if (isLeaving)
            File.WriteAllBytes(_path, []);
        else
            File.Delete(_path);
        PhysicalFileSystem.Instance.SyncDirectory(slot.Directory);
        _isLeaving = isLeaving;
        schedule.Request();
    }
}
