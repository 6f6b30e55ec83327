using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IpfsKit.Grains.Serialization;

namespace IpfsKit.Persistence.Sqlite.Tests;

/// <summary>A state of version 1.</summary>
[GenerateSerializer]
public sealed record ToyState
{
    [Id(0)] public string? Text { get; set; }

    [Id(1)] public int Count { get; set; }

    [Id(2)] public bool IsNew { get; set; } = true;
}

/// <summary>The same toy three versions later: <c>text</c> has become <c>title</c>, and <c>isNew</c> is gone.</summary>
public sealed record ToyStateV3 : IVersionedState
{
    public static int StateVersion => 3;

    public string? Title { get; init; }

    public long Count { get; init; }

    public ToyKind Kind { get; init; }

    public static JsonObject UpgradeState(JsonObject state, int version)
    {
        if (version < 2)
        {
            state["title"] = state["text"]?.DeepClone();
            state.Remove("text");
        }

        state.Remove("isNew");
        return state;
    }
}

public enum ToyKind
{
    Plain,
    Fancy,
}

[JsonSerializable(typeof(ToyState))]
internal sealed partial class ToyContext : JsonSerializerContext;

public interface IToyGrain : IGrainWithStringKey
{
    Task<ToyState> GetAsync();

    Task<string?> SetAsync(string text);

    Task<int> CountAsync();

    Task ClearAsync();

    Task<(string? A, string? B)> BothAsync(string? other);
}

internal sealed class ToyGrain(
    [PersistentState("toy", "toys")] IPersistentState<ToyState> state,
    [PersistentState("other", "others")] IPersistentState<ToyState> other) : Grain, IToyGrain
{
    public Task<ToyState> GetAsync() => Task.FromResult(state.State with { IsNew = !state.RecordExists });

    public async Task<string?> SetAsync(string text)
    {
        state.State.Text = text;
        await state.WriteStateAsync();
        return state.Etag;
    }

    public async Task<int> CountAsync()
    {
        state.State.Count++;
        await state.WriteStateAsync();
        return state.State.Count;
    }

    public Task ClearAsync() => state.ClearStateAsync();

    public async Task<(string? A, string? B)> BothAsync(string? text)
    {
        if (text is not null)
        {
            other.State.Text = text;
            await other.WriteStateAsync();
        }

        return (state.State.Text, other.State.Text);
    }
}
