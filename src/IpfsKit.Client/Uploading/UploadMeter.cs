namespace IpfsKit.Client.Uploading;

/// <summary>Counts what one attempt of an upload has taken from its source, and says so.</summary>
internal sealed class UploadMeter(UploadSource source, IProgress<TransferProgress>? progress)
{
    private long _files;

    /// <summary>Bytes of files that were read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether anything was read: a source that was not touched can be sent again, whatever it is.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>What went wrong on our side of the wire, if anything.</summary>
    public Exception? SourceError { get; private set; }

    public void Touch() => IsTouched = true;

    public void AddBytes(int count)
    {
        Bytes += count;
        Report();
    }

    public void AddFile()
    {
        _files++;
        Report();
    }

    /// <summary>Remembers that the source itself failed, so that nobody blames a silo.</summary>
    public void Fail(Exception exception) => SourceError ??= exception;

    private void Report() => progress?.Report(new TransferProgress(Bytes, source.Length, _files, source.FileCount));
}
