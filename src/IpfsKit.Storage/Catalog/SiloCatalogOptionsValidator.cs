using Microsoft.Extensions.Options;

namespace IpfsKit.Storage.Catalog;

/// <summary>Checks <see cref="SiloCatalogOptions"/>: all faults at once, each with the setting and the value seen.</summary>
public sealed class SiloCatalogOptionsValidator : IValidateOptions<SiloCatalogOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SiloCatalogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Check(!string.IsNullOrWhiteSpace(options.Path), nameof(options.Path), options.Path, "a path");
        Check(options.BusyTimeout >= TimeSpan.Zero && options.BusyTimeout <= TimeSpan.FromHours(1), nameof(options.BusyTimeout), options.BusyTimeout, "0 to 1 hour");
        Check(options.MaxQueued is >= 1 and <= 16 << 20, nameof(options.MaxQueued), options.MaxQueued, "1 to 16,777,216");
        Check(options.MaxQueuedBytes is >= 64 << 10 and <= 16L << 30, nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, "64 KiB to 16 GiB");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(SiloCatalogOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
