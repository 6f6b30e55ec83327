using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dns;

/// <summary>Keeps a name that was resolved where TLS asks for it.</summary>
internal static class ServerName
{
    /// <summary>What follows the name in an address, with the name behind <c>/tls</c>; <c>/wss</c> becomes <c>/tls/sni/name/ws</c>. One that has a name there, or no TLS, stays as it is.</summary>
    public static Multiaddr Keep(Multiaddr rest, string name)
    {
        if (rest.IsDefault || rest.Contains(Multicodec.Sni) || !(rest.Contains(Multicodec.Tls) || rest.Contains(Multicodec.Wss)) || !Multiaddr.TryParse($"/tls/sni/{name}", out var named))
            return rest;
        var kept = default(Multiaddr);
        foreach (var component in rest)
        {
            kept = kept.Encapsulate(component.Code switch
            {
                Multicodec.Tls => named,
                Multicodec.Wss => named.Encapsulate(Multiaddr.Parse("/ws")),
                _ => Multiaddr.FromBytes(component.Bytes),
            });
        }

        return kept;
    }
}
