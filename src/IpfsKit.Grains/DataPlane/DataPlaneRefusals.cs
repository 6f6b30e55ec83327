using IpfsKit.Grains.Tickets;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The refusals that have no exception of their own.</summary>
internal static class DataPlaneRefusals
{
    public static DataPlaneException BadRequest(string detail) => new(DataPlaneErrorCodes.BadRequest, detail, 400);

    public static DataPlaneException NotAcceptable(string detail) => new(DataPlaneErrorCodes.NotAcceptable, detail, 406);

    public static DataPlaneException UnsupportedMediaType(string? mediaType) =>
        new(DataPlaneErrorCodes.UnsupportedMediaType, $"The media type '{mediaType ?? "none"}' is not taken here.", 415);

    public static DataPlaneException NoSuchEndpoint(string method, string path) =>
        new(DataPlaneErrorCodes.NoSuchEndpoint, $"There is nothing at {method} {path}.", 404);

    public static DataPlaneException UploadUnknown() =>
        new(DataPlaneErrorCodes.UploadUnknown, "This silo remembers no upload of that ticket.", 404);

    public static DataPlaneException TicketMissing() =>
        new(DataPlaneErrorCodes.TicketMissing, $"The header {DataPlaneProtocol.TicketHeader} is missing.", 401);

    public static DataPlaneException Ticket(TicketFault fault) => fault switch
    {
        TicketFault.Expired => new(DataPlaneErrorCodes.TicketExpired, "The ticket has expired.", 401),
        TicketFault.WrongOperation or TicketFault.WrongRoot => new(DataPlaneErrorCodes.TicketScope, "The ticket is for something else.", 403),
        TicketFault.WrongSilo => new(DataPlaneErrorCodes.TicketInvalid, "The ticket is for another silo.", 403),
        _ => new(DataPlaneErrorCodes.TicketInvalid, "The ticket is not valid.", 403),
    };
}
