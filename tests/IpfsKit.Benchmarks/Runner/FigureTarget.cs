namespace IpfsKit.Benchmarks.Runner;

/// <summary>A row of <see cref="FigureCatalog"/>.</summary>
/// <param name="Name">The figure's name.</param>
/// <param name="Suite">The command that prints it.</param>
/// <param name="Unit">The unit of its value.</param>
/// <param name="Meaning">What is measured.</param>
/// <param name="Floor">What it is held against in the same run, or null.</param>
/// <param name="MinRatio">The least ratio to the floor that we want.</param>
/// <param name="MaxRatio">The greatest ratio to the floor that we want.</param>
/// <param name="MaxOverFloor">How far the value may be above the floor.</param>
/// <param name="MinValue">The least value that we want.</param>
/// <param name="MaxValue">The greatest value that we want.</param>
internal sealed record FigureTarget(
    string Name,
    string Suite,
    string Unit,
    string Meaning,
    string? Floor = null,
    double? MinRatio = null,
    double? MaxRatio = null,
    double? MaxOverFloor = null,
    double? MinValue = null,
    double? MaxValue = null)
{
    /// <summary>The target in words; a dash where the figure only informs.</summary>
    public string Target => this switch
    {
        { MinRatio: { } ratio } => FormattableString.Invariant($"ratio ≥ {ratio:0.##}"),
        { MaxRatio: { } ratio } => FormattableString.Invariant($"ratio ≤ {ratio:0.##}"),
        { MaxOverFloor: { } over } => FormattableString.Invariant($"≤ floor + {over:#,0.##} {Unit}"),
        { MinValue: { } value } => FormattableString.Invariant($"≥ {value:#,0.##} {Unit}"),
        { MaxValue: { } value } => FormattableString.Invariant($"≤ {value:#,0.##} {Unit}"),
        _ => "—",
    };

    /// <summary>Whether a figure meets this target; null where there is none.</summary>
    public bool? IsMetBy(Figure figure) => this switch
    {
        { MinRatio: { } ratio } => figure.Ratio >= ratio,
        { MaxRatio: { } ratio } => figure.Ratio <= ratio,
        { MaxOverFloor: { } over } => figure.Value <= figure.Floor + over,
        { MinValue: { } value } => figure.Value >= value,
        { MaxValue: { } value } => figure.Value <= value,
        _ => null,
    };
}
