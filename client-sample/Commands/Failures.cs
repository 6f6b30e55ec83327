using IpfsKit.ClientSample.Connection;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.ClientSample.Commands;

/// <summary>What can go wrong without being a fault of this program.</summary>
internal static class Failures
{
    public static bool IsExpected(Exception exception) => exception is
        IpfsKitException or IpldException or UnsupportedHashException or ServiceNotFoundException or DemoFailedException
        or IOException or UnauthorizedAccessException or FormatException or ArgumentException;
}

/// <summary>A step of the demo did not give what it should.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
