using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace IpfsKit.SiloHost;

/// <summary>Who may see dashboard and metrics: on loopback anybody, unless a token is configured; beyond it only who shows the token.</summary>
/// <remarks>
/// <c>Authorization: Bearer (token)</c>, or <c>Basic</c> with the token as the password, which is what browsers can do. Health answers everybody: it says nothing but
/// how the service is.
/// </remarks>
internal static class BearerToken
{
    /// <summary>The setting.</summary>
    public const string Setting = "IpfsKit:Http:BearerToken";

    private const int MinLength = 16;

    private static readonly string[] Challenges = ["Bearer realm=\"IpfsKit\"", "Basic realm=\"IpfsKit\", charset=\"UTF-8\""];

    /// <summary>What is wrong with the addresses and the token, or null.</summary>
    public static string? FindFault(IConfiguration configuration)
    {
        var token = configuration[Setting];
        if (token is { Length: < MinLength })
            return $"{Setting} has {token.Length} characters; it must have at least {MinLength}.";
        return token is null && Addresses(configuration).FirstOrDefault(address => !IsLoopback(address)) is { } open
            ? $"Dashboard and metrics would be open to other machines at '{open}'. Set {Setting}, which callers then have to show, or listen on 127.0.0.1 only."
            : null;
    }

    /// <summary>Asks for the token, if one is configured, everywhere but at the health endpoints.</summary>
    public static void UseBearerToken(this WebApplication app)
    {
        if (app.Configuration[Setting] is not { } token)
            return;
        var expected = Hash(token);
        app.Use((context, next) =>
        {
            if (Health.IsHealth(context.Request.Path) || IsShown(context.Request.Headers.Authorization, expected))
                return next(context);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = Challenges;
            return Task.CompletedTask;
        });
    }

    private static string[] Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray();
        // As in ASP.NET Core: endpoints win over urls, and urls over ports, which are open to everybody.
        if (endpoints.Length > 0)
            return endpoints;
        if (configuration["urls"] is { } urls)
            return Split(urls);
        return [.. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"), .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}")];
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static bool IsLoopback(string address)
    {
        var parsed = BindingAddress.Parse(address);
        return parsed.IsUnixPipe || parsed.IsNamedPipe || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private static bool IsShown(string? authorization, byte[] expected)
    {
        if (authorization?.Split(' ', 2) is not [var scheme, var value])
            return false;
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return Matches(value.Trim(), expected);
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return false;
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value.Trim(), bytes, out var count)
            && Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2) is [_, var password] && Matches(password, expected);
    }

    // Hashes have one length, and comparing them takes as long for a guess that is nearly right.
    private static bool Matches(string shown, byte[] expected) => CryptographicOperations.FixedTimeEquals(Hash(shown), expected);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
