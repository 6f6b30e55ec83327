using System.Net.Sockets;

namespace IpfsKit.Libp2p.Transports.Tcp;

/// <summary>The errors of sockets in words, and which of them say something about the listener.</summary>
internal static class SocketErrors
{
    /// <summary>What happened, without a full stop.</summary>
    public static string Describe(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there",
        SocketError.ConnectionReset or SocketError.Shutdown => "the other side reset it",
        SocketError.TimedOut => "the other side does not answer",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => "there is no way there",
        SocketError.AddressAlreadyInUse => "the address is in use",
        SocketError.AddressNotAvailable => "the address is not one of this machine",
        SocketError.AccessDenied => "this process may not use it",
        SocketError.TooManyOpenSockets => "this process has as many open files as it may",
        var code => $"{exception.Message} ({code})",
    };

    /// <summary>Whether an accept failed for the sake of one connection, which has gone before it was taken: the next one may well succeed.</summary>
    public static bool IsOfOneConnection(SocketError error) => error is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.NotConnected
        or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown or SocketError.Interrupted
        or SocketError.TimedOut;
}
