namespace IpfsKit.Libp2p.Tests;

/// <summary>Tests that measure the whole process: no others run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
