namespace IpfsKit.Grains.Tickets;

/// <summary>A ticket as its bearer sends it.</summary>
/// <param name="Text">The value of the header <c>IpfsKit-Ticket</c>.</param>
/// <param name="ExpiresAt">When it stops working.</param>
internal readonly record struct IssuedTicket(string Text, DateTimeOffset ExpiresAt);
