namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>How a write or clear ended.</summary>
/// <param name="IsConflict">Whether the state was not what the caller took it for, and nothing was done.</param>
/// <param name="Stored">What is stored now.</param>
internal readonly record struct WriteResult(bool IsConflict, StateETag Stored)
{
    public static WriteResult Done(StateETag stored) => new(false, stored);

    public static WriteResult Conflict(StateETag stored) => new(true, stored);
}
