using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IpfsKit.Benchmarks.Budgets;

/// <summary>What one benchmark may allocate.</summary>
/// <param name="Benchmark"><c>Area.Class.Method</c> as the class stands in this project.</param>
/// <param name="Bytes">The most managed bytes that one operation may allocate in a Release build.</param>
/// <param name="DebugBytes">The same for a Debug build, where async state machines are objects; absent if equal.</param>
internal sealed record AllocationBudget(string Benchmark, long Bytes, long? DebugBytes = null)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The budget that holds for this build.</summary>
    [JsonIgnore]
    public long Allowed => IsDebugBuild ? DebugBytes ?? Bytes : Bytes;

    private static bool IsDebugBuild { get; } =
        typeof(AllocationBudget).Assembly.GetCustomAttribute<System.Diagnostics.DebuggableAttribute>()?.IsJITOptimizerDisabled == true;

    /// <summary>All budgets of <c>allocation-budgets.json</c> beside the program.</summary>
    public static IReadOnlyList<AllocationBudget> Load() =>
        JsonSerializer.Deserialize<List<AllocationBudget>>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocation-budgets.json")), Format)!;
}
