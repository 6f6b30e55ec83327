using System.Security.Cryptography;
using IpfsKit.Grains.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IpfsKit.Grains.Tickets;

/// <summary>Keeps and rotates the keys. Rotation happens when somebody asks, so that no timer is needed; silos ask every few minutes.</summary>
[RequireSiloRole(NodeRole.Master, NodeRole.Worker)]
internal sealed partial class TicketKeyGrain(
    [PersistentState("ticket-keys", GrainNames.ContentStorage)] IPersistentState<TicketKeyState> state,
    [FromKeyedServices(GrainNames.Clock)] TimeProvider time,
    ILogger<TicketKeyGrain> logger) : Grain, ITicketKeyGrain
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TicketKey>> GetKeysAsync(CancellationToken cancellationToken)
    {
        if (RotationIsDue())
            await RotateAsync(cancellationToken);
        return [.. state.State.Keys.Select(key => new TicketKey { Id = key.Id, Secret = key.Secret, CreatedAt = key.CreatedAt })];
    }

    private bool RotationIsDue() =>
        state.State.Keys is not [var newest, ..] || time.GetUtcNow() - newest.CreatedAt >= TicketLifetimes.KeySigns;

    private async ValueTask RotateAsync(CancellationToken cancellationToken)
    {
        var before = state.State;
        var now = time.GetUtcNow();
        var id = before.Keys is [var newest, ..] ? newest.Id + 1 : 1;
        var made = new StoredTicketKey(id, RandomNumberGenerator.GetBytes(TicketKey.SecretBytes), now);
        // The new key is stored before anybody sees it: a ticket must never be signed by a key that a crash can take back.
        state.State = new TicketKeyState { Keys = [made, .. before.Keys.Where(key => now - key.CreatedAt < TicketLifetimes.KeyVerifies)] };
        try
        {
            await state.WriteStateAsync(cancellationToken);
            LogRotated(logger, id, state.State.Keys.Count);
        }
        catch (InconsistentStateException)
        {
            // Another activation rotated at the same moment: its keys are as good.
            await state.ReadStateAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException && before.Keys is [var last, ..] && now - last.CreatedAt < TicketLifetimes.KeyVerifies - TicketLifetimes.Ticket)
        {
            // Storage is down, and the newest key still verifies long enough: go on with it.
            state.State = before;
            LogRotationFailed(logger, e);
        }
        catch
        {
            state.State = before;
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ticket key {KeyId} signs from now on; {Keys} keys verify.")]
    private static partial void LogRotated(ILogger logger, uint keyId, int keys);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ticket keys could not be rotated; the last key goes on signing.")]
    private static partial void LogRotationFailed(ILogger logger, Exception exception);
}
