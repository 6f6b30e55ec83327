using Microsoft.Extensions.Options;

namespace IpfsKit.Client;

/// <summary>Names every setting that is out of range, with the value seen.</summary>
internal sealed class IpfsKitClientOptionsValidator : IValidateOptions<IpfsKitClientOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    public ValidateOptionsResult Validate(string? name, IpfsKitClientOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        Range(nameof(options.ConnectTimeout), options.ConnectTimeout, Shortest, TimeSpan.FromMinutes(5));
        Range(nameof(options.ResponseTimeout), options.ResponseTimeout, Shortest, TimeSpan.FromHours(1));
        Range(nameof(options.IdleTimeout), options.IdleTimeout, Shortest, TimeSpan.FromHours(1));
        Range(nameof(options.ReadAheadBytes), options.ReadAheadBytes, 64 << 10, 1 << 30);
        Range(nameof(options.FirstWindowBytes), options.FirstWindowBytes, 4 << 10, 1 << 30);
        Range(nameof(options.MaxBlockBytes), options.MaxBlockBytes, 64 << 10, 8 << 20);
        Range(nameof(options.ReadRounds), options.ReadRounds, 1, 10);
        Range(nameof(options.UploadAttempts), options.UploadAttempts, 1, 10);
        Range(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        return result.Build();

        void Range<T>(string setting, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                result.AddError($"{IpfsKitClientOptions.SectionName}:{setting} is {value}; it must be from {least} to {most}.");
        }
    }
}
