namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>Names of the blobs of states, as the official provider has them.</summary>
/// <remarks>Spec: <see href="https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#blob-names"/></remarks>
internal static class BlobName
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxLength = 1024;

    /// <summary>The most parts of a name, between slashes.</summary>
    public const int MaxParts = 254;

    /// <summary>The name for a state.</summary>
    public static string Of(string stateName, GrainId grainId) => $"{stateName}-{grainId}.json";

    /// <summary>Why a text is no name, as the end of a sentence, or null.</summary>
    public static string? FaultOf(string name)
    {
        if (name.Length > MaxLength)
            return $"has {name.Length} characters, where Azure Storage takes {MaxLength}";
        var parts = name.Split('/');
        if (parts.Length > MaxParts)
            return $"has {parts.Length} parts between slashes, where Azure Storage takes {MaxParts}";
        // An address drops these, and what is left would be another blob's, or another container's.
        if (parts.FirstOrDefault(part => part is "." or "..") is { } dots)
            return $"has the part '{dots}' between slashes";
        foreach (var character in name)
        {
            if (char.IsControl(character))
                return $"has the character U+{(int)character:X4}, which Azure Storage does not take";
        }

        return null;
    }
}
