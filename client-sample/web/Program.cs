// The least that an ASP.NET service needs to serve files of an IpfsKit cluster: GET /files/<cid>/name/name
using IpfsKit.Client;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using Microsoft.AspNetCore.StaticFiles;

var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration.GetSection("Orleans:Clustering").Exists())
    builder.UseOrleansClient(client => client.AddIpfsKitRedis());
else
    builder.UseOrleansClient(client => client.UseLocalhostClustering(builder.Configuration.GetValue("GatewayPort", 30_000)));
builder.Services.AddIpfsKitClient();
builder.Services.AddSingleton<IContentTypeProvider, FileExtensionContentTypeProvider>();

var app = builder.Build();
app.MapGet("/files/{**path}", async (string path, IIpfsKitClient client, IContentTypeProvider types, CancellationToken cancellationToken) =>
{
    if (!IpfsPath.TryParse(path, out var content))
        return Results.BadRequest($"'{path}' is not of the form <cid>/name/name.");
    try
    {
        // A seekable stream of known length: ASP.NET answers ranges and conditional requests by itself.
        var stream = await client.OpenReadAsync(content, cancellationToken);
        var type = types.TryGetContentType(content.Name, out var known) ? known : "application/octet-stream";
        return Results.Stream(stream, type, enableRangeProcessing: true);
    }
    catch (Exception exception) when (exception is ContentNotFoundException or PathNotFoundException)
    {
        return Results.NotFound(exception.Message);
    }
    catch (UnixFsTypeException exception)
    {
        return Results.BadRequest(exception.Message);
    }
    catch (Exception exception) when (exception is ContentUnavailableException or ClusterUnavailableException or StateUnavailableException)
    {
        return Results.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
});
app.Run();
