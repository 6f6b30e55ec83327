namespace IpfsKit.Persistence.AzureStorage;

/// <summary>Keys of partitions and rows of Azure Tables.</summary>
/// <remarks>Spec: <see href="https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields"/></remarks>
internal static class TableKey
{
    /// <summary>The most characters of a key: one less than Azure takes, as the official provider has it.</summary>
    public const int MaxLength = 1023;

    /// <summary>The key for a text: what keys cannot have becomes <c>_</c>, as in the official provider. So texts that differ in nothing else have the same key.</summary>
    public static string Of(string text) => text.Replace('/', '_').Replace('\\', '_').Replace('#', '_').Replace('?', '_');

    /// <summary>Why a text is no key, as the end of a sentence, or null.</summary>
    public static string? FaultOf(string key)
    {
        if (key.Length > MaxLength)
            return $"has {key.Length} characters, where Azure Tables takes {MaxLength}";
        foreach (var character in key)
        {
            if (character is '/' or '\\' or '#' or '?' || char.IsControl(character))
                return $"has the character U+{(int)character:X4}, which Azure Tables does not take in a key";
        }

        return null;
    }
}
