using System.Text;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Serialization;
using IpfsKit.Grains.Tickets;

namespace IpfsKit.Grains.Tests.Content;

/// <summary>The bytes of grain state, as the first version wrote them. A change here is a change of a format that is on people's disks.</summary>
public sealed class ContentStateFormatTests
{
    private const string Content =
        """
        {"v":1,"s":{"life":2,"root":"QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR","epoch":1767225600000,"sizeBytes":1,"dagBytes":2,"blocks":3,"wholeDag":true,"required":1,"committedAt":"2026-01-01T00:00:00+00:00","placements":[{"node":"12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA","since":"2026-01-01T00:00:00+00:00"}],"pin":{"mode":0,"name":"name","pinnedAt":"2026-01-01T00:00:00+00:00"},"heat":{"hour":1.5,"week":2.5,"at":"2026-01-01T00:00:00+00:00","accesses":4,"bytes":5},"revision":1767225600007}}
        """;

    private const string Pending =
        """
        {"v":1,"s":{"life":1,"root":"QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR","epoch":7,"sizeBytes":0,"dagBytes":0,"blocks":0,"wholeDag":false,"required":2,"placements":[],"revision":8}}
        """;

    private const string Known =
        """
        {"v":1,"s":{"life":2,"root":"QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR","epoch":7,"sizeBytes":0,"dagBytes":0,"blocks":0,"wholeDag":true,"required":1,"placements":[],"revision":8,"providers":[{"peer":"12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA","addresses":["/ip4/192.0.2.1/tcp/4001"],"at":"2026-01-01T00:00:00+00:00"}],"operations":[{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","node":"12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA","since":"2026-01-01T00:00:00+00:00"}]}}
        """;

    private const string Provider =
        """
        {"v":1,"s":{"successes":1,"failures":2,"bytes":3,"successRate":0.5,"latency":0.25,"throughput":1024,"backoffCount":2,"backoffUntil":"2026-01-01T00:00:00+00:00","lastSeen":"2026-01-01T00:00:00+00:00","addresses":["/ip4/192.0.2.1/tcp/4001"]}}
        """;

    private const string Keys =
        """
        {"v":1,"s":{"keys":[{"id":7,"secret":"AQID","createdAt":"2026-01-01T00:00:00+00:00"}]}}
        """;

    private static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly VersionedGrainStateSerializer _serializer = new(GrainStateJson.Default);

    [Fact]
    public void ContentState_Committed_IsWrittenAndReadAsEver() => AssertFormat(Content, new ContentState
    {
        Life = ContentLife.Committed,
        Root = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
        Epoch = 1767225600000,
        SizeBytes = 1,
        DagBytes = 2,
        Blocks = 3,
        Required = 1,
        CommittedAt = Time,
        Placements = [new PlacementState("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", Time)],
        Pin = new PinState(PinMode.Recursive, "name", Time),
        Heat = new HeatState(1.5, 2.5, Time, 4, 5),
        Revision = 1767225600007,
    });

    [Fact]
    public void ContentState_Pending_IsWrittenAndReadAsEver() => AssertFormat(Pending, new ContentState
    {
        Life = ContentLife.Pending,
        Root = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
        Epoch = 7,
        WholeDag = false,
        Required = 2,
        Revision = 8,
    });

    [Fact]
    public void ContentState_WithProvidersAndOperations_IsWrittenAndReadAsEver() => AssertFormat(Known, new ContentState
    {
        Life = ContentLife.Committed,
        Root = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
        Epoch = 7,
        Required = 1,
        Revision = 8,
        Providers = [new ProviderEntry("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", ["/ip4/192.0.2.1/tcp/4001"], Time)],
        Operations = [new OperationEntry(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", Time)],
    });

    [Fact]
    public void ProviderState_IsWrittenAndReadAsEver() => AssertFormat(Provider, new ProviderState
    {
        Successes = 1,
        Failures = 2,
        Bytes = 3,
        SuccessRate = 0.5,
        Latency = 0.25,
        Throughput = 1024,
        BackoffCount = 2,
        BackoffUntil = Time,
        LastSeen = Time,
        Addresses = ["/ip4/192.0.2.1/tcp/4001"],
    });

    [Fact]
    public void TicketKeyState_IsWrittenAndReadAsEver() =>
        AssertFormat(Keys, new TicketKeyState { Keys = [new StoredTicketKey(7, [1, 2, 3], Time)] });

    private void AssertFormat<T>(string golden, T state)
    {
        Assert.Equal(golden, Encoding.UTF8.GetString(_serializer.Serialize(state)));
        Assert.Equal(golden, Encoding.UTF8.GetString(_serializer.Serialize(_serializer.Deserialize<T>(BinaryData.FromString(golden)))));
    }
}
