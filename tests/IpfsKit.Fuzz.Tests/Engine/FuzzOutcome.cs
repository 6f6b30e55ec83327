namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>How far a decoder got with an input.</summary>
public enum FuzzOutcome
{
    /// <summary>The first thing that it looks at was wrong.</summary>
    RefusedInHeader,

    /// <summary>Something behind that was wrong.</summary>
    Refused,

    /// <summary>The input is valid.</summary>
    Accepted,
}
