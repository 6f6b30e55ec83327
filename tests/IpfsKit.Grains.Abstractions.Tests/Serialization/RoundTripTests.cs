using System.Reflection;
using System.Text.Json;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace IpfsKit.Grains.Abstractions.Tests.Serialization;

public sealed class RoundTripTests : IDisposable
{
    private static readonly Assembly Contracts = typeof(IContentGrain).Assembly;

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer(builder => builder.AddAssembly(Contracts)).BuildServiceProvider();

    private Serializer Serializer => _services.GetRequiredService<Serializer>();

    public static TheoryData<int> MessageIndexes => [.. Enumerable.Range(0, Samples.Messages.Count)];

    public static TheoryData<int> ExceptionIndexes => [.. Enumerable.Range(0, Samples.Exceptions.Count)];

    [Theory]
    [MemberData(nameof(MessageIndexes))]
    public void Message_ComesBackAsItWas(int index)
    {
        var message = Samples.Messages[index];

        var back = Serializer.Deserialize<object>(Serializer.SerializeToArray(message))!;

        Assert.Equal(message.GetType(), back.GetType());
        Assert.Equal(Describe(message), Describe(back));
    }

    [Theory]
    [MemberData(nameof(ExceptionIndexes))]
    public void Exception_ComesBackTypedWithItsMembers(int index)
    {
        var exception = Samples.Exceptions[index];

        var back = Serializer.Deserialize<Exception>(Serializer.SerializeToArray<Exception>(exception))!;

        Assert.Equal(exception.GetType(), back.GetType());
        Assert.Equal(exception.Message, back.Message);
        foreach (var property in exception.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            Assert.Equal(property.GetValue(exception), property.GetValue(back));
    }

    [Fact]
    public void Cid_ThatIsNone_StaysNone()
    {
        Assert.True(Serializer.Deserialize<Cid>(Serializer.SerializeToArray(default(Cid))).IsDefault);
        Assert.True(Serializer.Deserialize<PeerId>(Serializer.SerializeToArray(default(PeerId))).IsDefault);
    }

    [Fact]
    public void Samples_CoverEveryContract()
    {
        var covered = Samples.Messages.Concat(Samples.Exceptions).Select(sample => sample.GetType()).ToHashSet();
        var missing = Contracts.GetExportedTypes().Where(IsOurs)
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && !type.IsAbstract && !covered.Contains(type));

        Assert.Empty(missing);
    }

    [Fact]
    public void Contracts_HaveAliases()
    {
        var serialized = Contracts.GetTypes().Where(IsOurs).Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);
        var interfaces = Contracts.GetExportedTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).ToList();

        Assert.All(serialized.Concat(interfaces), type => Assert.StartsWith("ipfskit.", type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias, StringComparison.Ordinal));
        Assert.All(interfaces.SelectMany(type => type.GetMethods()), method => Assert.NotNull(method.GetCustomAttribute<AliasAttribute>()));
    }

    public void Dispose() => _services.Dispose();

    /// <summary>Not what Orleans generates into the assembly, which no caller names.</summary>
    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) != true;

    private static string Describe(object message) => JsonSerializer.Serialize(message);
}
