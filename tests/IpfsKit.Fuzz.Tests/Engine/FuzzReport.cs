using System.Globalization;

namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>What a run saw.</summary>
internal sealed record FuzzReport(string Target, int Inputs, int PastHeader, int Accepted, long MostAllocatedBytes, TimeSpan Elapsed)
{
    public double PastHeaderShare => (double)PastHeader / Inputs;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Target}: {Inputs} inputs, {PastHeaderShare:P0} past the header, {(double)Accepted / Inputs:P0} accepted, at most {MostAllocatedBytes} bytes allocated, {Elapsed.TotalSeconds:F1} s");
}
