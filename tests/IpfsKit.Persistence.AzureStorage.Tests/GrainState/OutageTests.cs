using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using IpfsKit.TestKit.GrainStorage;
using IpfsKit.TestKit.Services;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>A storage that takes requests and answers none: an Azurite of its own, which is stopped for a while.</summary>
public sealed class OutageTests
{
    private static readonly GrainId Grain = GrainId.Create("toy", "some");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Storage_ThatDoesNotAnswer_FailsClearlyAndGoesOnAfterwards()
    {
        await using var azurite = await AzuriteProcess.StartAsync(Token);
        await using var storages = await Storages.OpenAsync(
            services =>
            {
                services.AddAzureTableGrainStorage("rows", options => options.Configure(
                    storage => storage.TableServiceClient = new TableServiceClient(azurite.ConnectionString, Impatient(new TableClientOptions()))));
                services.AddAzureBlobGrainStorage("blobs", options => options.Configure(
                    storage => storage.BlobServiceClient = new BlobServiceClient(azurite.ConnectionString, Impatient(new BlobClientOptions()))));
            },
            "rows", "blobs");
        foreach (var name in new[] { "rows", "blobs" })
        {
            var state = new GrainState<ConformanceState>(new ConformanceState { Text = "before" });
            await storages[name].WriteStateAsync("state", Grain, state, Token);
            var etag = state.ETag;

            await azurite.PauseAsync();
            state.State!.Text = "during";
            foreach (var call in new[] { storages[name].WriteStateAsync("state", Grain, state, Token), storages[name].ReadStateAsync("state", Grain, new GrainState<ConformanceState>(), Token) })
            {
                var fault = await Assert.ThrowsAsync<AzureGrainStorageException>(() => call);
                Assert.Equal((0, Grain), (fault.Status, fault.Grain!.Value));
            }

            // Nothing is acknowledged, and nothing is forgotten.
            Assert.Equal(("during", etag), (state.State.Text, state.ETag));
            await azurite.ResumeAsync();
            // Whether the write came to pass is not known; what is read can be written again.
            await storages[name].ReadStateAsync("state", Grain, state, Token);
            Assert.True(state.State.Text is "before" or "during");
            await WriteAfterwardsAsync(storages[name], state);
        }
    }

    private static async Task WriteAfterwardsAsync(IGrainStorage storage, GrainState<ConformanceState> state)
    {
        try
        {
            await storage.WriteStateAsync("state", Grain, state, Token);
        }
        catch (InconsistentStateException)
        {
            // The write of before came after the read: that is what the ETag is for.
            await storage.ReadStateAsync("state", Grain, state, Token);
            await storage.WriteStateAsync("state", Grain, state, Token);
        }
    }

    private static TOptions Impatient<TOptions>(TOptions options)
        where TOptions : ClientOptions
    {
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(1);
        return options;
    }
}
