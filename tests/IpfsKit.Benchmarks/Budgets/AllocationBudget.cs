using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IpfsKit.Benchmarks.Budgets;

/// <summary>What one benchmark may allocate.</summary>
/// <param name="Benchmark"><c>Area.Class.Method</c> as the class stands in this project.</param>
/// <param name="Bytes">The most managed bytes that one operation may allocate in a Release build.</param>
internal sealed record AllocationBudget(string Benchmark, long Bytes)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Whether this build is one that budgets are made for: in a Debug build async state machines are objects, and more.</summary>
    public static bool AreBinding { get; } =
        typeof(AllocationBudget).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled != true;

    /// <summary>All budgets of <c>allocation-budgets.json</c> beside the program.</summary>
    public static IReadOnlyList<AllocationBudget> Load() =>
        JsonSerializer.Deserialize<List<AllocationBudget>>(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocation-budgets.json")), Format)!;
}
