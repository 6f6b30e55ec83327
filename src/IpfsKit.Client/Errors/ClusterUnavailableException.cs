using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>The cluster did not answer a call: no gateway can be reached, a silo died meanwhile, or it took too long. The call may be repeated.</summary>
public sealed class ClusterUnavailableException(Exception innerException)
    : IpfsKitException($"The cluster did not answer: {innerException?.Message}", innerException);
