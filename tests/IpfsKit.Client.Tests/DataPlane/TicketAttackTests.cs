using System.Net;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Client.Tests.DataPlane;

/// <summary>Tickets that are used for longer, for something else or more often than they are good for, and keys that change meanwhile.</summary>
public sealed class TicketAttackTests : DataPlaneTestBase
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task ReadTicket_UsedAgain_IsGoodForItsFiveMinutesAndNoLonger()
    {
        var root = await AddAsync([1]);
        var endpoint = await LocateAsync(root);
        for (var i = 0; i < 3; i++)
        {
            using var again = await GetAsync(endpoint, $"ipfs/{root}?format=car");
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }

        _time.Advance(Lifetime + TimeSpan.FromSeconds(1));
        using var late = await GetAsync(endpoint, $"ipfs/{root}?format=car");
        await ReadProblemAsync(late, HttpStatusCode.Unauthorized, TicketExpired);
    }

    [Fact]
    public async Task UploadTicket_UsedAgain_IsBoundedEachTimeAndEndsWithItsFiveMinutes()
    {
        var endpoint = await OpenUploadAsync(maxBytes: 10);
        for (var i = 0; i < 2; i++)
        {
            using var again = await PostAsync(endpoint, "add", FileContent([1, 2, 3]), expectContinue: true);
            await ReadReceiptAsync(again);
            using var larger = await PostAsync(endpoint, "add", FileContent(new byte[11]), expectContinue: true);
            await ReadProblemAsync(larger, HttpStatusCode.RequestEntityTooLarge, DataPlaneErrorCodes.UploadTooLarge);
        }

        _time.Advance(Lifetime + TimeSpan.FromSeconds(1));
        using var late = await PostAsync(endpoint, "add", FileContent([1]), expectContinue: true);
        await ReadProblemAsync(late, HttpStatusCode.Unauthorized, TicketExpired);
        using var outcome = await GetAsync(endpoint, "upload");
        await ReadProblemAsync(outcome, HttpStatusCode.Unauthorized, TicketExpired);
    }

    [Fact]
    public async Task ReadTicket_ForAnUpload_IsRefused()
    {
        var endpoint = await LocateAsync(await AddAsync([1]));
        foreach (var target in new[] { "add", "import" })
        {
            using var response = await PostAsync(endpoint, target, FileContent([2]), expectContinue: true);
            await ReadProblemAsync(response, HttpStatusCode.Forbidden, DataPlaneErrorCodes.TicketScope);
        }
    }

    [Fact]
    public async Task Upload_UnderWayWhileKeysRotateAndItsTicketEnds_IsFinished()
    {
        var endpoint = await OpenUploadAsync();
        using var body = new HeldContent();
        var running = PostAsync(endpoint, "add", body);
        await body.Started.WaitAsync(Cancellation);

        // Each hour has a key of its own, and a ticket signed by it.
        for (var hour = 0; hour < 3; hour++)
        {
            _time.Advance(TimeSpan.FromMinutes(61));
            using var other = await PostAsync(await OpenUploadAsync(), "add", FileContent([(byte)hour]), expectContinue: true);
            await ReadReceiptAsync(other);
        }

        body.Release();
        using var response = await running;
        Assert.True((await ReadReceiptAsync(response)).Roots.Single().Committed);
        using var replay = await PostAsync(endpoint, "add", FileContent([9]), expectContinue: true);
        await ReadProblemAsync(replay, HttpStatusCode.Unauthorized, TicketExpired);
    }

    protected override void ConfigureSilo(ISiloBuilder silo) => silo.Services.AddKeyedSingleton<TimeProvider>(GrainNames.Clock, _time);

    private static string TicketExpired => DataPlaneErrorCodes.TicketExpired;
}
