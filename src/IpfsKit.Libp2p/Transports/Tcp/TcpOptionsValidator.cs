using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p;

/// <summary>Checks <see cref="TcpOptions"/>: all faults at once, each with the setting and the value seen.</summary>
public sealed class TcpOptionsValidator : IValidateOptions<TcpOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Check(options.AcceptBacklog is >= 1 and <= 65_535, nameof(options.AcceptBacklog), options.AcceptBacklog, "1 to 65,535");
        Check(options.ConnectTimeout >= TimeSpan.FromMilliseconds(100) && options.ConnectTimeout <= TimeSpan.FromMinutes(5), nameof(options.ConnectTimeout), options.ConnectTimeout, "100 ms to 5 minutes");
        Check(options.MaxAcceptPause >= TimeSpan.FromMilliseconds(5) && options.MaxAcceptPause <= TimeSpan.FromMinutes(1), nameof(options.MaxAcceptPause), options.MaxAcceptPause, "5 ms to 1 minute");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(TcpOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
