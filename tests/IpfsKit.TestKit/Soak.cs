namespace IpfsKit.TestKit;

/// <summary>Counts of long tests: short in the test command, full with <c>./test.sh --soak</c>.</summary>
public static class Soak
{
    /// <summary>Whether the full counts were asked for (<c>IPFSKIT_SOAK=1</c>).</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("IPFSKIT_SOAK") == "1";

    /// <summary>The count for this run.</summary>
    public static int Count(int inTests, int inSoak) => IsOn ? inSoak : inTests;
}
