using Azure;
using Azure.Data.Tables.Models;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>What Azure Tables means by its errors.</summary>
/// <remarks>Spec: <see href="https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes"/></remarks>
internal static class TableFaults
{
    /// <summary>Whether a row is not what the caller took it for: it has changed, is there, or is not there.</summary>
    public static bool IsConflict(RequestFailedException fault) => fault.Status switch
    {
        412 => true,
        409 => fault.ErrorCode is null || fault.ErrorCode == TableErrorCode.EntityAlreadyExists.ToString(),
        404 => !IsTableMissing(fault),
        _ => false,
    };

    /// <summary>Whether the table itself is not there.</summary>
    public static bool IsTableMissing(RequestFailedException fault) => fault.Status == 404 && fault.ErrorCode == TableErrorCode.TableNotFound.ToString();
}
