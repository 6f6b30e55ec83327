using Microsoft.AspNetCore.Http;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The pin that an upload asks for: <c>pin=y</c> and <c>pin-name=…</c>.</summary>
internal static class PinQuery
{
    /// <exception cref="DataPlaneException">The name is too long.</exception>
    public static PinRequest? Parse(IQueryCollection query)
    {
        if (!QueryValues.Flag(query, "pin", fallback: true))
            return null;
        var name = QueryValues.Single(query, "pin-name");
        return name is { Length: > PinRequest.MaxNameLength }
            ? throw DataPlaneRefusals.BadRequest($"The pin's name has {name.Length} characters; {PinRequest.MaxNameLength} are allowed.")
            : new PinRequest { Mode = PinMode.Recursive, Name = name };
    }
}
