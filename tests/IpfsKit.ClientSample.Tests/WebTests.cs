using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IpfsKit.TestKit;

namespace IpfsKit.ClientSample.Tests;

/// <summary>The ASP.NET consumer, as a process of its own, beside a running service.</summary>
public sealed class WebTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string Listening = "Now listening on: ";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_File_IsAnsweredWithItsBytesRangesAndType()
    {
        using var directory = new TemporaryDirectory();
        var folder = Directory.CreateDirectory(directory.Combine("site")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "page.html"), "<h1>hello</h1>", Cancellation);
        var (_, added, errors) = await service.RunAsync("add", folder, "--json");
        Assert.Empty(errors);
        using var json = JsonDocument.Parse(added);
        var root = json.RootElement.GetProperty("cid").GetString();
        using var web = Start();
        using var http = new HttpClient { BaseAddress = await AddressAsync(web) };

        using var response = await http.GetAsync($"files/{root}/page.html", Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("<h1>hello</h1>", await response.Content.ReadAsStringAsync(Cancellation));

        using var request = new HttpRequestMessage(HttpMethod.Get, $"files/{root}/page.html") { Headers = { Range = new RangeHeaderValue(4, 8) } };
        using var part = await http.SendAsync(request, Cancellation);
        Assert.Equal((HttpStatusCode.PartialContent, "hello"), (part.StatusCode, await part.Content.ReadAsStringAsync(Cancellation)));

        foreach (var (path, status) in new[] { ($"{root}/nothing", HttpStatusCode.NotFound), (root, HttpStatusCode.BadRequest), ("no-cid", HttpStatusCode.BadRequest) })
        {
            using var refused = await http.GetAsync($"files/{path}", Cancellation);
            Assert.Equal(status, refused.StatusCode);
        }

        web.Kill();
        await web.WaitForExitAsync(Cancellation);
    }

    private Process Start()
    {
        var bin = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var assembly = Path.Combine(
            bin.Parent!.Parent!.Parent!.Parent!.Parent!.FullName, "client-sample", "web", "bin", bin.Parent.Name, bin.Name, "IpfsKit.ClientSample.Web.dll");
        var start = new ProcessStartInfo("dotnet", [assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["GatewayPort"] = IPEndPoint.Parse(service.Service.Gateway!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static async Task<Uri> AddressAsync(Process web)
    {
        var said = new StringBuilder();
        while (await web.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            said.AppendLine(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                return new Uri(line[(at + Listening.Length)..]);
        }

        throw new InvalidOperationException($"The web server ended: {said}{await web.StandardError.ReadToEndAsync(Cancellation)}");
    }
}
