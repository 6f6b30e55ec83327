using System.Reflection;
using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>docs/limits.md lists the bounds that there are, with their values.</summary>
public sealed partial class LimitsDocumentTests
{
    private static readonly MarkdownFile Document = new("docs/limits.md");

    /// <summary>Constants that are called like a bound and bound nothing that grows: parts of a layout, sizes of buffers, forms of numbers.</summary>
    private static readonly HashSet<string> Layout =
    [
        "RecordHeader.MaxBytes", "DirectoryEntry.MaxBytes", "GroupMarker.MaxPayloadBytes", "RecordLocation.MaxSlots", "RecordLocation.MaxOffset", "RecordLocation.MaxLength", "GroupWriter.MaxBuffers",
        "BlockReader.MaxCandidates", "CheckpointReader.MaxTableEntries", "EntryMetadata.MaxMode", "TouchAggregator.MaxStripes", "TicketCodec.MaxBytes", "MultihashAlgorithm.MaxComputedBytes",
        "VersionedGrainStateSerializer.MaxKeptBytes", "Multiaddr.MaxLengthPrefix", "ProtobufReader.MaxVarintBytes", "UnixFsDataEncoder.MaxMetadataBytes", "UnixFsLeaf.MaxOverheadBytes",
        "DagJsonFloat.GreatestPlainExponent", "DagCborEncoder.MaxHeadBytes", "CommonNodes.GreatestInteger",
        "MultistreamLineReader.MaxLengthBytes", "NegotiatedStream.MaxFirstWriteBytes", "NegotiatedConnection.MaxFirstWriteBytes", "YamuxReceiveWindow.MaxGrainBytes",
        "YamuxReceiveBuffer.GreatestSegmentBytes",
        "InMemoryPipe.MaxSegmentBytes", "ProtoReader.MaxVarintBytes", "ProtoReader.MaxFieldNumber", "ProtoField.MaxBytes",
        // Depends on the machine, and bounds parallelism only.
        "UnixFsImportOptions.MaxConcurrentFiles",
        // How much a caller asks for, not what others may make grow.
        "SweepOptions.MaxBytes",
    ];

    public static TheoryData<string, string> Limits => [.. Rows().Select(row => (row[2].Trim('`'), row[1]))];

    [Theory]
    [MemberData(nameof(Limits))]
    public void LimitsDocument_Value_IsThatOfTheCode(string name, string stated)
    {
        Assert.True(CompiledTypes.TryGetValue(name, out var value), $"There is no {name}.");
        Assert.True(Literal.States(stated, value) == true, $"{name} is {value}; docs/limits.md says {stated}.");
    }

    [Fact]
    public void LimitsDocument_BoundsOfTheCode_AreAllInIt()
    {
        var constants =
            from type in CompiledTypes.All
            from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !type.IsEnum && (field.IsLiteral || field.IsInitOnly) && (field.FieldType == typeof(TimeSpan) || (field.FieldType.IsPrimitive && field.FieldType != typeof(bool)))
            select (type, field.Name);
        var options =
            from type in CompiledTypes.Options
            from property in CompiledTypes.Settings(type)
            select (type, property.Name);
        var missing = constants.Concat(options)
            .Where(member => BoundName().IsMatch(member.Name))
            .Select(member => $"{member.type.Name}.{member.Name}")
            .Except(Layout)
            .Except(Rows().Select(row => row[2].Trim('`')));
        Assert.Empty(missing);
    }

    private static IEnumerable<string[]> Rows() => Document.Rows.Where(row => row.Length == 4 && row[0] != "bound");

    [GeneratedRegex("^(Max|DefaultMax|Greatest)[A-Z]")]
    private static partial Regex BoundName();
}
