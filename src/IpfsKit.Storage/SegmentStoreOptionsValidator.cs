using Microsoft.Extensions.Options;

namespace IpfsKit.Storage;

/// <summary>Checks <see cref="SegmentStoreOptions"/>: all faults at once, each with the setting and the value seen.</summary>
public sealed class SegmentStoreOptionsValidator : IValidateOptions<SegmentStoreOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SegmentStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Check(!string.IsNullOrWhiteSpace(options.Directory), nameof(options.Directory), options.Directory, "a path");
        Check(options.SegmentBytes is >= 64 << 10 and <= 2L << 30, nameof(options.SegmentBytes), options.SegmentBytes, "64 KiB to 2 GiB");
        Check(options.CapacityBytes >= 2 * options.SegmentBytes, nameof(options.CapacityBytes), options.CapacityBytes, "at least two segments");
        Check(options.MinFreeDiskBytes >= 0, nameof(options.MinFreeDiskBytes), options.MinFreeDiskBytes, "0 or more");
        Check(options.MaxPendingBytes is >= 1 << 20 and <= 1 << 30, nameof(options.MaxPendingBytes), options.MaxPendingBytes, "1 MiB to 1 GiB");
        Check(options.MaxPendingRecords is >= 1 and <= 1 << 20, nameof(options.MaxPendingRecords), options.MaxPendingRecords, "1 to 1,048,576");
        Check(options.CheckpointIntervalBytes >= 64 << 10, nameof(options.CheckpointIntervalBytes), options.CheckpointIntervalBytes, "64 KiB or more");
        Check(options.CompactionLiveRatio is >= 0 and <= 0.95, nameof(options.CompactionLiveRatio), options.CompactionLiveRatio, "0 to 0.95");
        Check(options.CompactionBytesPerSecond >= 0, nameof(options.CompactionBytesPerSecond), options.CompactionBytesPerSecond, "0 or more");
        Check(
            options.ScrubInterval == TimeSpan.Zero || options.ScrubInterval >= TimeSpan.FromMinutes(1),
            nameof(options.ScrubInterval), options.ScrubInterval, "zero, or at least a minute");
        Check(options.ScrubBytesPerSecond >= 0, nameof(options.ScrubBytesPerSecond), options.ScrubBytesPerSecond, "0 or more");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(SegmentStoreOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
