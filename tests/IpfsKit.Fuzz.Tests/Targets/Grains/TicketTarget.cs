using System.Buffers.Text;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Grains.Tickets;

namespace IpfsKit.Fuzz.Tests.Targets.Grains;

/// <summary>A ticket as a client presents it: whatever is changed, nothing but what was signed is ever read.</summary>
internal sealed class TicketTarget : IFuzzTarget
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly Ticket[] _tickets =
    [
        new() { Silo = PeerIdSeeds.All[1], Operation = TicketOperation.Read, Root = CidSeeds.All[1], ExpiresAt = DateTimeOffset.UnixEpoch },
        new() { Silo = PeerIdSeeds.All[5], Operation = TicketOperation.Upload, Upload = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"), MaxBytes = 5, ExpiresAt = DateTimeOffset.MaxValue.AddTicks(-9999) },
    ];

    public string Name => "ticket";

    public IEnumerable<byte[]> Seeds => _tickets.Select(ticket => TextInput.ToBytes(TicketCodec.Encode(ticket, keyId: 7, Secret)));

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var text = TextInput.Read(input, stackalloc char[input.Length]);
        TicketCodec.TryReadKeyId(text, out _);
        return TicketCodec.TryDecode(text, Secret, out _) switch
        {
            TicketFault.None => FuzzOutcome.Accepted,
            _ => Base64Url.IsValid(text) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader,
        };
    }

    /// <summary>The ticket and its peer id; .NET decodes base64url that holds white space through a buffer, here twice.</summary>
    public long GetAllowedBytes(int inputBytes) => 1024 + (16 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        TicketCodec.TryDecode(TextInput.Read(input), Secret, out var ticket);
        Assert.Contains(ticket, _tickets);
    }
}
