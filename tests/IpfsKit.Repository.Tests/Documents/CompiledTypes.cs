using System.Reflection;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>The types of the libraries, and members of them by the names that documents use.</summary>
internal static class CompiledTypes
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The libraries under <c>src</c>.</summary>
    public static IReadOnlyList<Assembly> Libraries { get; } =
        [.. Directory.GetDirectories(RepositoryRoot.Combine("src")).Order(StringComparer.Ordinal).Select(path => Assembly.Load(Path.GetFileName(path)))];

    /// <summary>What they define.</summary>
    public static IReadOnlyList<Type> All { get; } = [.. Libraries.SelectMany(library => library.GetTypes()).Where(type => !type.Name.Contains('<', StringComparison.Ordinal))];

    /// <summary>The types of options and of limits that callers can set.</summary>
    public static IEnumerable<Type> Options => All.Where(type =>
        type is { IsPublic: true, IsClass: true, IsAbstract: false } && type.GetConstructor(Type.EmptyTypes) is not null
        && (type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Limits", StringComparison.Ordinal)));

    /// <summary>What of an options type can be set.</summary>
    public static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).OrderBy(property => property.MetadataToken);

    /// <summary>The value of <c>Type.Member</c>: a constant, a static member, or the default of a property.</summary>
    /// <returns>False if there is no such member.</returns>
    public static bool TryGetValue(string name, out object? value)
    {
        value = null;
        if (name.Split('.') is not [var typeName, var memberName])
            return false;
        foreach (var type in All.Where(type => type.Name == typeName))
        {
            if (type.GetField(memberName, Everything) is { IsStatic: true } field)
            {
                value = field.IsLiteral && !type.IsEnum ? field.GetRawConstantValue() : field.GetValue(null);
                return true;
            }

            if (type.GetProperty(memberName, Everything) is { } property)
            {
                value = property.GetValue(property.GetMethod!.IsStatic ? null : Activator.CreateInstance(type, nonPublic: true));
                return true;
            }
        }

        return false;
    }
}
