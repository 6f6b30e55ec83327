using IpfsKit.Bitswap.Network;
using IpfsKit.Ipld;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Client;

/// <summary>What the parts of the client share.</summary>
/// <param name="Network">The ways to peers.</param>
/// <param name="Store">Where blocks are.</param>
/// <param name="Finder">Who finds providers.</param>
/// <param name="Observer">Who learns how peers behave; called with the gate open.</param>
/// <param name="Options">The bounds.</param>
/// <param name="Clock">The time.</param>
/// <param name="Timer">Rings when something is due.</param>
/// <param name="Gate">Guards everything.</param>
/// <param name="Asks">What peers are asked.</param>
/// <param name="Budget">Bytes that came and are not stored.</param>
/// <param name="Instruments">What is counted.</param>
/// <param name="Logger">What is said.</param>
internal sealed record ClientParts(
    IBitswapNetwork Network,
    IBlockStore Store,
    IProviderFinder? Finder,
    IFetchObserver? Observer,
    BitswapClientOptions Options,
    ClientClock Clock,
    ClientTimer Timer,
    ClientGate Gate,
    AskBook Asks,
    ByteBudget Budget,
    ClientInstruments Instruments,
    ILogger Logger);
