using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Hosting;

/// <summary>Sees to it that no two living silos of a cluster are one node, which happens when a data directory is copied.</summary>
/// <remarks>
/// <para>Only an answer counts: every silo in the membership table is asked who it is. The previous life of a restarted silo is in the table until it is declared dead, and does not answer; so it is no hindrance.</para>
/// <para>A silo asks when it has entered itself as joining, and again when it is active and does not serve yet. Each enters itself before it looks, so that of two that start at once one sees the other. One that is joining gives way to one that is active; among
/// those that start together the one that entered later gives way. What could not be reached then is found out later, from what silos say of themselves in their metadata: then the younger one stops.</para>
/// </remarks>
internal sealed partial class SoleHolder : IAsyncDisposable
{
    /// <summary>How many silos are asked at once.</summary>
    public const int MaxConcurrentQuestions = 32;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private readonly NodeProfile _profile;
    private readonly NodeSlot _slot;
    private readonly ClusterNodes _nodes;
    private readonly ITransportClient _transport;
    private readonly IClusterMembershipService _membership;
    private readonly ILocalSiloDetails _local;
    private readonly IHostApplicationLifetime _application;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _loop;

    public SoleHolder(
        NodeProfile profile,
        NodeSlot slot,
        ClusterNodes nodes,
        ITransportClient transport,
        IClusterMembershipService membership,
        ILocalSiloDetails local,
        IHostApplicationLifetime application,
        IOptions<IpfsKitOptions> options,
        ILogger<SoleHolder> logger)
    {
        (_profile, _slot, _nodes, _transport, _membership, _local, _application, _logger) = (profile, slot, nodes, transport, membership, local, application, logger);
        _loop = new BackgroundLoop("The look for a second holder of the identity", options.Value.Exchange.SiblingInterval, TimeProvider.System, logger);
    }

    /// <summary>Asks all other silos who they are.</summary>
    /// <exception cref="NodeAlreadyRunningException">One of them is this node, and this one has to give way.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await _membership.Refresh(cancellationToken: cancellationToken);
        var members = _membership.CurrentSnapshot.Members;
        var isActive = members.TryGetValue(_local.SiloAddress, out var own) && own.Status == SiloStatus.Active;
        var others = members.Values.Where(member => !member.SiloAddress.Equals(_local.SiloAddress) && IsAlive(member.Status));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentQuestions, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(others, parallel, async (other, token) =>
        {
            if ((IsOlder(other.SiloAddress) || (!isActive && other.Status != SiloStatus.Joining)) && await AskAsync(other.SiloAddress, token) == _profile.PeerId)
                throw new NodeAlreadyRunningException(_profile.PeerId, other.SiloAddress.ToString(), _slot.Directory);
        });
    }

    /// <summary>Begins to look for silos that could not be asked.</summary>
    public void Start() => _loop.Start(LookAsync);

    /// <summary>Ends.</summary>
    public Task StopAsync() => _loop.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static bool IsAlive(SiloStatus status) => status is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    /// <summary>Whether another silo entered the table before this one; the generation of an address is the time at which it did.</summary>
    private bool IsOlder(SiloAddress other) => other.Generation != _local.SiloAddress.Generation
        ? other.Generation < _local.SiloAddress.Generation
        : string.CompareOrdinal(other.ToParsableString(), _local.SiloAddress.ToParsableString()) < 0;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var other in _nodes.FindSilos(_profile.PeerId))
        {
            if (!IsOlder(other) || await AskAsync(other, cancellationToken) != _profile.PeerId)
                continue;
            var reason = new NodeAlreadyRunningException(_profile.PeerId, other.ToString(), _slot.Directory);
            LogStopping(_logger, reason);
            _application.StopApplication();
        }
    }

    /// <summary>Who a silo is; null if it does not answer.</summary>
    private async Task<PeerId?> AskAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.At(silo).IdentifyAsync().WaitAsync(AnswerTime, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNoAnswer(_logger, silo, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This silo stops.")]
    private static partial void LogStopping(ILogger logger, NodeAlreadyRunningException exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} did not say who it is: {Reason}")]
    private static partial void LogNoAnswer(ILogger logger, SiloAddress silo, string reason);
}
