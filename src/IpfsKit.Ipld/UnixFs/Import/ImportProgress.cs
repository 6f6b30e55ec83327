namespace IpfsKit.Ipld.UnixFs;

/// <summary>Counts of one import, shared by the files that are read at once.</summary>
internal sealed class ImportProgress(IProgress<UnixFsProgress>? listener)
{
    private long _bytes;
    private long _blocks;
    private long _entries;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Blocks => Volatile.Read(ref _blocks);

    public void AddBlock(long fileBytes)
    {
        Interlocked.Add(ref _bytes, fileBytes);
        Interlocked.Increment(ref _blocks);
        Report();
    }

    public void AddEntry()
    {
        Interlocked.Increment(ref _entries);
        Report();
    }

    private void Report() => listener?.Report(new UnixFsProgress(Bytes, Blocks, Volatile.Read(ref _entries)));
}
