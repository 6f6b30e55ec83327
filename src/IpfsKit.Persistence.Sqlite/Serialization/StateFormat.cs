using System.Reflection;
using System.Text.Json.Nodes;

namespace IpfsKit.Grains.Serialization;

/// <summary>Version and upgrade of a state class.</summary>
internal sealed record StateFormat(int Version, Func<JsonObject, int, JsonObject>? Upgrade)
{
    /// <summary>The format of <typeparamref name="T"/>, found once.</summary>
    public static StateFormat Of<T>() => Cache<T>.Format;

    private static StateFormat Find(Type type) => typeof(IVersionedState).IsAssignableFrom(type)
        ? (StateFormat)typeof(StateFormat).GetMethod(nameof(Ask), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!
        : new StateFormat(1, null);

    private static StateFormat Ask<T>()
        where T : IVersionedState => new(T.StateVersion, T.UpgradeState);

    private static class Cache<T>
    {
        public static readonly StateFormat Format = Find(typeof(T));
    }
}
