using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace IpfsKit.Grains.DataPlane;

/// <summary>In which form content is sent.</summary>
internal enum ContentFormat
{
    /// <summary>A CAR.</summary>
    Car,

    /// <summary>One block.</summary>
    Raw,
}

/// <summary>Chooses the form: the query decides, then the header.</summary>
internal static class ContentFormats
{
    /// <exception cref="DataPlaneException">None that is asked for is known.</exception>
    public static ContentFormat Choose(HttpRequest request)
    {
        switch (QueryValues.Single(request.Query, "format"))
        {
            case "car":
                return ContentFormat.Car;
            case "raw":
                return ContentFormat.Raw;
            case { } other:
                throw DataPlaneRefusals.NotAcceptable($"The format '{other}' is not served; car and raw are.");
        }

        foreach (var type in request.GetTypedHeaders().Accept.OrderByDescending(accepted => accepted.Quality ?? 1))
        {
            if (type.MediaType.Equals(DataPlaneProtocol.CarMediaType, StringComparison.OrdinalIgnoreCase))
                return CheckParameters(type);
            if (type.MediaType.Equals(DataPlaneProtocol.RawMediaType, StringComparison.OrdinalIgnoreCase))
                return ContentFormat.Raw;
        }

        throw DataPlaneRefusals.NotAcceptable(
            $"Ask for {DataPlaneProtocol.CarMediaType} or {DataPlaneProtocol.RawMediaType}: this is not the gateway for people.");
    }

    private static ContentFormat CheckParameters(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            var accepted = (parameter.Name.Value, parameter.Value.Value) switch
            {
                ("version", var version) => version == "1",
                ("order", var order) => order is "dfs" or "unk",
                ("dups", var duplicates) => duplicates is "y" or "n",
                _ => true,
            };
            if (!accepted)
                throw DataPlaneRefusals.NotAcceptable($"A CAR with {parameter} is not served.");
        }

        return ContentFormat.Car;
    }
}
