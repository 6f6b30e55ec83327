using System.ComponentModel;
using System.Reflection;
using System.Text;
using IpfsKit.Bitswap;
using IpfsKit.Client;
using IpfsKit.Connections.Tls;
using IpfsKit.Grains.Hosting;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Persistence.AzureStorage;
using IpfsKit.Persistence.Sqlite;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>docs/configuration.md says what the options types say, and they say what is true.</summary>
public sealed class ConfigurationDocumentTests
{
    private static readonly MarkdownFile Document = new("docs/configuration.md");

    /// <summary>What configuration binds, and where; in brackets, for which provider.</summary>
    private static readonly Dictionary<string, Type> Sections = new()
    {
        ["IpfsKit"] = typeof(IpfsKitOptions),
        ["IpfsKit:Bitswap"] = typeof(BitswapOptions),
        ["IpfsKit:Cluster:Tls"] = typeof(ClusterTlsOptions),
        ["IpfsKit:Client"] = typeof(IpfsKitClientOptions),
        ["IpfsKit:Libp2p"] = typeof(Libp2pOptions),
        ["Orleans:Clustering (AzureTableStorage)"] = typeof(AzureStorageClusteringOptions),
        ["Orleans:GrainStorage:<name>"] = typeof(SqliteGrainStorageOptions),
        ["Orleans:GrainStorage:<name> (AzureBlobStorage)"] = typeof(AzureBlobStorageOptions),
        ["Orleans:GrainStorage:<name> (AzureTableStorage)"] = typeof(AzureTableStorageOptions),
    };

    /// <summary>Defaults that no literal can state, each with the reason.</summary>
    private static readonly HashSet<string> NotLiteral =
    [
        // Depends on the machine.
        "UnixFsImportOptions.MaxConcurrentFiles",
        "LivenessCollectorOptions.SpillDirectory",
        // A constant of Orleans.
        "SqliteGrainStorageOptions.InitStage", "AzureBlobStorageOptions.InitStage", "AzureTableStorageOptions.InitStage",
    ];

    public static TheoryData<string> SectionNames => [.. Sections.Keys];

    public static TheoryData<string> OptionsTypes => [.. CompiledTypes.Options.Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(SectionNames))]
    public void ConfigurationDocument_Section_IsThatOfTheOptions(string section) => Document.Check(section, Table(section.Split(" (")[0], Sections[section]));

    [Fact]
    public void ConfigurationDocument_EverySection_IsInIt()
    {
        Assert.Equal(Sections.Keys.Order(), Document.GeneratedParts.Order());
        var named = CompiledTypes.Options.Select(type => type.GetField("SectionName")?.GetRawConstantValue()).OfType<string>();
        Assert.Empty(named.Except(Sections.Keys));
    }

    [Theory]
    [MemberData(nameof(OptionsTypes))]
    public void Options_DocumentedDefault_IsThatOfANewInstance(string typeName)
    {
        var type = CompiledTypes.All.Single(type => type.FullName == typeName);
        var fresh = Activator.CreateInstance(type);
        var wrong = CompiledTypes.Settings(type)
            .Where(property => !IsNested(property.PropertyType) && !NotLiteral.Contains($"{type.Name}.{property.Name}") && !IsProgress(property))
            .Select(property => (property, setting: DocumentedSetting.Of(property), value: property.GetValue(fresh)))
            .Where(item => !IsTrue(item.setting, item.value))
            .Select(item => $"{type.Name}.{item.property.Name} is {item.value ?? "null"}, and its <value> says: {item.setting.Default ?? "no default"}");
        Assert.Empty(wrong);
    }

    // What is null means what its comment says in words; what must be given has no default.
    private static bool IsTrue(DocumentedSetting setting, object? value) =>
        setting.Default is null ? value is "" && setting.Range.Contains("required", StringComparison.Ordinal)
        : Literal.States(setting.Default, value) ?? value is null;

    private static bool IsNested(Type type) => CompiledTypes.Options.Contains(type);

    private static bool IsProgress(PropertyInfo property) => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IProgress<>);

    private static string Table(string prefix, Type type)
    {
        var table = new StringBuilder("| setting | unit and range | default | meaning |\n| --- | --- | --- | --- |\n");
        Append(table, prefix, type);
        return table.ToString();
    }

    private static void Append(StringBuilder table, string prefix, Type type)
    {
        foreach (var property in CompiledTypes.Settings(type))
        {
            if (IsNested(property.PropertyType))
                Append(table, $"{prefix}:{property.Name}", property.PropertyType);
            else if (IsBound(property.PropertyType))
            {
                var setting = DocumentedSetting.Of(property);
                var range = setting.Range.Length > 0 ? setting.Range : property.PropertyType == typeof(bool) ? "true or false" : "";
                table.Append($"| `{prefix}:{property.Name}` | {Cell(range)} | {Cell(setting.Default ?? "")} | {Cell(setting.Meaning)} |\n");
            }
        }
    }

    // What is an object of its own is set in code.
    private static bool IsBound(Type type) => type == typeof(IList<string>) || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
