using IpfsKit.TestKit.GrainStorage;

namespace IpfsKit.Persistence.AzureStorage.Tests.Hosting;

public interface IToyGrain : IGrainWithStringKey
{
    /// <summary>Adds one, in both storages, and gives the sum and who did it.</summary>
    Task<(int Count, string Silo)> CountAsync();

    Task ClearAsync();
}

internal sealed class ToyGrain(
    [PersistentState("toy", "blobs")] IPersistentState<ConformanceState> blob,
    [PersistentState("toy", "rows")] IPersistentState<ConformanceState> row,
    ILocalSiloDetails silo) : Grain, IToyGrain
{
    public async Task<(int Count, string Silo)> CountAsync()
    {
        blob.State.Count++;
        row.State.Count++;
        await blob.WriteStateAsync();
        await row.WriteStateAsync();
        return (blob.State.Count + row.State.Count, silo.Name);
    }

    public async Task ClearAsync()
    {
        await blob.ClearStateAsync();
        await row.ClearStateAsync();
    }
}
