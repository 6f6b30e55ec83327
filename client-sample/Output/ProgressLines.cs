using IpfsKit.Client;

namespace IpfsKit.ClientSample.Output;

/// <summary>Progress for logs: a line every few seconds, and none for what is quick.</summary>
internal sealed class ProgressLines(string verb, TextWriter errors, TimeProvider time) : IProgress<TransferProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long _last = time.GetTimestamp();

    public void Report(TransferProgress value)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_last) < Interval)
                return;
            _last = time.GetTimestamp();
            var total = value.TotalBytes is { } all ? $" of {Sizes.Format(all)}" : "";
            errors.WriteLine($"{verb}: {Sizes.Format(value.Bytes)}{total}");
        }
    }
}
