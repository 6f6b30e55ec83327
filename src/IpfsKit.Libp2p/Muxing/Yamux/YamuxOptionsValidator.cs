using System.Numerics;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Checks <see cref="YamuxOptions"/>: all faults at once, each with the setting and the value seen.</summary>
public sealed class YamuxOptionsValidator : IValidateOptions<YamuxOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, YamuxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Check(options.MaxStreamWindowBytes is >= YamuxOptions.InitialWindowBytes and <= 1 << 30, nameof(options.MaxStreamWindowBytes), options.MaxStreamWindowBytes, "256 KiB to 1 GiB");
        Check(options.MaxSendBufferBytes is >= 128 << 10 and <= 16 << 20 && BitOperations.IsPow2(options.MaxSendBufferBytes), nameof(options.MaxSendBufferBytes), options.MaxSendBufferBytes, "a power of two, 128 KiB to 16 MiB");
        CheckCount(options.MaxInboundStreams, nameof(options.MaxInboundStreams), 1 << 20);
        CheckCount(options.MaxAcceptBacklog, nameof(options.MaxAcceptBacklog), 1 << 16);
        CheckCount(options.MaxUnacknowledgedStreams, nameof(options.MaxUnacknowledgedStreams), 1 << 16);
        CheckCount(options.MaxWaitingStreams, nameof(options.MaxWaitingStreams), 1 << 16);
        Check(options.OpenTimeout >= Shortest && options.OpenTimeout <= Longest, nameof(options.OpenTimeout), options.OpenTimeout, "100 ms to 1 hour");
        Check(options.KeepAliveInterval >= Shortest && options.KeepAliveInterval <= Longest, nameof(options.KeepAliveInterval), options.KeepAliveInterval, "100 ms to 1 hour");
        Check(options.PingTimeout >= Shortest && options.PingTimeout <= options.KeepAliveInterval, nameof(options.PingTimeout), options.PingTimeout, $"100 ms to {nameof(options.KeepAliveInterval)}");
        Check(options.WriteTimeout >= Shortest && options.WriteTimeout <= Longest, nameof(options.WriteTimeout), options.WriteTimeout, "100 ms to 1 hour");
        Check(options.CloseTimeout >= TimeSpan.Zero && options.CloseTimeout <= TimeSpan.FromMinutes(1), nameof(options.CloseTimeout), options.CloseTimeout, "0 to 1 minute");
        CheckCount(options.MaxPings, nameof(options.MaxPings), 1 << 20);
        CheckCount(options.MaxResets, nameof(options.MaxResets), 1 << 20);
        CheckCount(options.MaxRefusedStreams, nameof(options.MaxRefusedStreams), 1 << 20);
        CheckCount(options.MaxSilentStreams, nameof(options.MaxSilentStreams), 1 << 20);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void CheckCount(int value, string setting, int most) => Check(value >= 1 && value <= most, setting, value, $"1 to {most:N0}");

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(YamuxOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
