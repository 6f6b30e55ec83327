using System.Text.RegularExpressions;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>What is wrong with options, gathered.</summary>
internal sealed partial class OptionFaults(string optionsName)
{
    private readonly List<string> _faults = [];

    /// <summary>A client that must be there, for what is made before options are checked.</summary>
    public static TClient Require<TClient>(TClient? client, string optionsName)
        where TClient : class => client ?? throw new OrleansConfigurationException(NoAccount(optionsName, typeof(TClient).Name));

    public void Add(string fault) => _faults.Add(fault);

    public void Check(bool isValid, string setting, object? value, string range)
    {
        if (!isValid)
            Add($"{optionsName}.{setting} is '{value}'; it must be {range}.");
    }

    public void CheckClient(bool isThere, string setting)
    {
        if (!isThere)
            Add(NoAccount(optionsName, setting));
    }

    public void CheckTableName(string setting, string value) => Check(TableName().IsMatch(value), setting, value, "3 to 63 letters and digits, a letter first");

    public void CheckContainerName(string setting, string value) => Check(
        value.Length is >= 3 and <= 63 && ContainerName().IsMatch(value), setting, value, "3 to 63 small letters, digits and single hyphens between them");

    public void ThrowIfAny(string what)
    {
        if (_faults.Count > 0)
            throw new OrleansConfigurationException($"{what}: {string.Join(" ", _faults)}");
    }

    private static string NoAccount(string optionsName, string setting) =>
        $"There is no storage account: set ServiceKey, ConnectionString or ConnectionName in configuration, or {optionsName}.{setting} in code.";

    // https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}\\z")]
    private static partial Regex TableName();

    // https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names
    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex ContainerName();
}
