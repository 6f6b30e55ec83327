namespace IpfsKit.TestKit.GrainStorage;

/// <summary>A state that every serializer can write.</summary>
public sealed record ConformanceState
{
    /// <summary>Some text.</summary>
    public string? Text { get; set; }

    /// <summary>Some number.</summary>
    public int Count { get; set; }
}
