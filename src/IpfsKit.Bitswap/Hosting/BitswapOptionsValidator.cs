using IpfsKit.Bitswap.Client;
using IpfsKit.Bitswap.Network;
using IpfsKit.Bitswap.Server;
using Microsoft.Extensions.Options;

namespace IpfsKit.Bitswap.Hosting;

/// <summary>Checks <see cref="BitswapOptions"/>: all faults at once, each with the setting and the value seen.</summary>
internal sealed class BitswapOptionsValidator : IValidateOptions<BitswapOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BitswapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] faults = [.. BitswapClientOptionsRules.Faults(options.Client), .. BitswapServerOptionsRules.Faults(options.Server), .. BitswapNetworkOptionsRules.Faults(options.Network)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
