using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Grains.Tickets;

/// <summary>A ticket, or why it was refused.</summary>
internal readonly record struct TicketVerification(Ticket? Ticket, TicketFault Fault)
{
    /// <summary>Whether the bearer may go on.</summary>
    [MemberNotNullWhen(true, nameof(Ticket))]
    public bool IsValid => Fault == TicketFault.None;
}
