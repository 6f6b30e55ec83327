using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Dns;

/// <summary>The resolver against a name server of this process.</summary>
public sealed class DnsClientResolverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Addresses_OfAName_AreThoseOfTheServer()
    {
        await using var server = new NameServer();
        server.Answer = (name, type) => (name, type) switch
        {
            ("a.example", NameServer.A) => [(NameServer.A, [203, 0, 113, 1]), (NameServer.A, [203, 0, 113, 2])],
            ("a.example", NameServer.Aaaa) => [(NameServer.Aaaa, IPAddress.Parse("2001:db8::1").GetAddressBytes())],
            _ => null,
        };
        var resolver = Resolver(server);

        Assert.Equal(["203.0.113.1", "203.0.113.2"], (await resolver.ResolveAddressesAsync("a.example", AddressFamily.InterNetwork, Cancellation)).Select(ip => ip.ToString()).Order());
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await resolver.ResolveAddressesAsync("a.example", AddressFamily.InterNetworkV6, Cancellation));
        Assert.Empty(await resolver.ResolveAddressesAsync("none.example", AddressFamily.InterNetwork, Cancellation));
        Assert.Empty(await resolver.ResolveTextAsync("none.example", Cancellation));
    }

    [Fact]
    public async Task Texts_InParts_AreJoinedAndLargeAnswersComeOverTcp()
    {
        await using var server = new NameServer();
        server.Answer = (name, _) => name switch
        {
            "_dnsaddr.parts.example" => [(NameServer.Txt, NameServer.Text("dnsaddr=", "/ip4/203.0.113.1", "/tcp/1"))],
            // As many as fit into one answer.
            "_dnsaddr.many.example" => [.. Enumerable.Range(0, 1500).Select(i => (NameServer.Txt, NameServer.Text($"dnsaddr=/ip4/10.1.{i / 250}.{i % 250}/tcp/1")))],
            "_dnsaddr.loop.example" => [(NameServer.Txt, NameServer.Text("dnsaddr=/dnsaddr/loop.example")), (NameServer.Txt, NameServer.Text("dnsaddr=/dnsaddr/loop.example/tcp/1"))],
            _ => null,
        };
        var addresses = new AddressResolver(Resolver(server), new DnsOptions(), TimeProvider.System);

        Assert.Equal(["/ip4/203.0.113.1/tcp/1"], await ResolveAsync("/dnsaddr/parts.example"));
        Assert.Equal(new DnsOptions().MaxAddresses, (await ResolveAsync("/dnsaddr/many.example")).Count);
        Assert.True(server.OverTcp > 0);
        var before = server.Questions;
        Assert.Empty(await ResolveAsync("/dnsaddr/loop.example"));
        Assert.InRange(server.Questions - before, 1, new DnsOptions().MaxQueries);

        async Task<List<string>> ResolveAsync(string address) => [.. (await addresses.ResolveAsync(Multiaddr.Parse(address), Cancellation)).Select(item => item.Address.ToString())];
    }

    [Fact]
    public async Task Server_ThatFailsOrSaysNothing_IsADnsFailure()
    {
        await using var server = new NameServer { Code = 2 };
        var resolver = Resolver(server, TimeSpan.FromMilliseconds(100));
        var failure = await Assert.ThrowsAsync<DnsFailedException>(() => resolver.ResolveTextAsync("a.example", Cancellation));
        Assert.Equal("a.example", failure.Name);

        server.IsSilent = true;
        await Assert.ThrowsAsync<DnsFailedException>(() => resolver.ResolveAddressesAsync("b.example", AddressFamily.InterNetwork, Cancellation));
        using var cancellation = new CancellationTokenSource();
        var patient = Resolver(server).ResolveTextAsync("c.example", cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:53")]
    [InlineData("192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    public void Server_OfTheOptions_HasAPort(string text, string expected) => Assert.Equal(expected, DnsClientResolver.ParseServer(text).ToString());

    private static DnsClientResolver Resolver(NameServer server, TimeSpan? timeout = null) =>
        new(new DnsOptions { Servers = [server.EndPoint.ToString()], Timeout = timeout ?? TimeSpan.FromSeconds(30) });

    /// <summary>A name server on loopback, over UDP and TCP.</summary>
    private sealed class NameServer : IAsyncDisposable
    {
        public const int A = 1;
        public const int Txt = 16;
        public const int Aaaa = 28;

        private readonly UdpClient _udp;
        private readonly TcpListener _tcp;
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _loops;
        private int _questions;
        private int _overTcp;

        public NameServer()
        {
            // Both on one port: TCP chooses a free one, which others seldom have for UDP.
            _tcp = new TcpListener(IPAddress.Loopback, 0);
            _tcp.Start();
            EndPoint = (IPEndPoint)_tcp.LocalEndpoint;
            _udp = new UdpClient(EndPoint);
            _loops = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
        }

        public IPEndPoint EndPoint { get; }

        /// <summary>The records of a name and type; null for no such name.</summary>
        public Func<string, int, (int Type, byte[] Data)[]?> Answer { get; set; } = static (_, _) => null;

        /// <summary>The code of a server that fails.</summary>
        public int Code { get; set; }

        public bool IsSilent { get; set; }

        public int Questions => Volatile.Read(ref _questions);

        public int OverTcp => Volatile.Read(ref _overTcp);

        public static byte[] Text(params string[] parts) => [.. parts.SelectMany(part => Encoding.ASCII.GetBytes(part).Prepend((byte)part.Length))];

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _udp.Dispose();
            _tcp.Dispose();
            await _loops;
            _stopping.Dispose();
        }

        private async Task ServeUdpAsync()
        {
            try
            {
                while (true)
                {
                    var question = await _udp.ReceiveAsync(_stopping.Token);
                    Interlocked.Increment(ref _questions);
                    if (IsSilent)
                        continue;
                    var answer = Respond(question.Buffer);
                    // What does not fit is asked for again over TCP.
                    if (answer.Length > 512)
                    {
                        answer = answer[..QuestionEnd(answer)];
                        answer[2] |= 0x02;
                        answer.AsSpan(6, 6).Clear();
                    }

                    await _udp.SendAsync(answer, question.RemoteEndPoint, _stopping.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // It is stopped.
            }
        }

        private async Task ServeTcpAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _tcp.AcceptTcpClientAsync(_stopping.Token);
                    var stream = client.GetStream();
                    var length = new byte[2];
                    await stream.ReadExactlyAsync(length, _stopping.Token);
                    var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(question, _stopping.Token);
                    Interlocked.Increment(ref _overTcp);
                    var answer = Respond(question);
                    BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)answer.Length));
                    await stream.WriteAsync((byte[])[.. length, .. answer], _stopping.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
            {
                // It is stopped.
            }
        }

        private byte[] Respond(byte[] question)
        {
            var end = QuestionEnd(question);
            var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end - 4));
            var labels = new List<string>();
            for (var at = 12; question[at] != 0; at += question[at] + 1)
                labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
            var records = Code == 0 ? Answer(string.Join(".", labels), type) : [];
            using var answer = new MemoryStream();
            answer.Write(question.AsSpan(0, 2));
            answer.Write([0x81, (byte)(0x80 | (Code != 0 ? Code : records is null ? 3 : 0)), 0, 1, (byte)((records?.Length ?? 0) >> 8), (byte)(records?.Length ?? 0), 0, 0, 0, 0]);
            answer.Write(question.AsSpan(12, end - 12));
            foreach (var (kind, data) in records ?? [])
            {
                answer.Write([0xc0, 12, 0, (byte)kind, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length]);
                answer.Write(data);
            }

            return answer.ToArray();
        }

        private static int QuestionEnd(byte[] message)
        {
            var at = 12;
            while (message[at] != 0)
                at += message[at] + 1;
            return at + 5;
        }
    }
}
