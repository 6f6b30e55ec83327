using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>The doc comments of the libraries, as Markdown.</summary>
internal static partial class XmlComments
{
    private static readonly Dictionary<string, XElement> Members = CompiledTypes.Libraries
        .SelectMany(library => XDocument.Load(Path.ChangeExtension(library.Location, ".xml")).Descendants("member"))
        .GroupBy(member => member.Attribute("name")!.Value)
        .ToDictionary(group => group.Key, group => group.First());

    /// <summary>What a type says of itself.</summary>
    public static string Summary(Type type) => Text($"T:{type.FullName}", "summary", type);

    /// <summary>What a property says of itself.</summary>
    public static string Summary(PropertyInfo property) => Text(Id(property), "summary", property.DeclaringType!);

    /// <summary>Unit, range and default of a property.</summary>
    public static string Value(PropertyInfo property) => Text(Id(property), "value", property.DeclaringType!);

    private static string Id(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    private static string Text(string id, string element, Type within) =>
        Members.TryGetValue(id, out var member) && member.Element(element) is { } found
            ? Space().Replace(string.Concat(found.Nodes().Select(node => Render(node, within))), " ").Trim()
            : "";

    private static string Render(XNode node, Type within) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see when see.Attribute("href") is { } address => $"[{(see.Value.Length > 0 ? see.Value : address.Value)}]({address.Value})",
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{ShortName(see.Attribute("cref")!.Value, within)}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => string.Concat(other.Nodes().Select(child => Render(child, within))),
        _ => "",
    };

    /// <summary>The type's name, or <c>Type.Member</c>, or the member alone within its own type.</summary>
    private static string ShortName(string cref, Type within)
    {
        var parts = cref[2..].Split('(')[0].Split('.');
        if (cref[0] == 'T')
            return parts[^1];
        return parts[^2] == within.Name ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
