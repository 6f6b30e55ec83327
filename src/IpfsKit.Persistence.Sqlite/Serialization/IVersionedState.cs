using System.Text.Json.Nodes;

namespace IpfsKit.Grains.Serialization;

/// <summary>A grain state that says which version of its shape it is. One that does not is of version 1.</summary>
/// <remarks>
/// Any change to what is stored, an added member too, takes a new version: an older silo that meets it then refuses, instead of dropping on its next write what it did
/// not understand. A test should hold the bytes of every version that was ever released.
/// </remarks>
public interface IVersionedState
{
    /// <summary>The version that this class writes; 1 or more.</summary>
    static abstract int StateVersion { get; }

    /// <summary>Turns what an older version has stored into what this one would have.</summary>
    /// <param name="state">The stored members; may be changed and returned.</param>
    /// <param name="version">The version that stored them, less than <see cref="StateVersion"/>.</param>
    static abstract JsonObject UpgradeState(JsonObject state, int version);
}
