using IpfsKit.Client.Locating;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Client.Feeds;

/// <summary>One read of one path, over however many silos it takes: which is asked now, who has failed, when to give up.</summary>
/// <remarks>
/// <para>A silo is asked until it fails; then the next in the order of the location. When all have failed, the content is located again (placements
/// change, tickets expire), with those silos last that do not hold it and read it through others, and the round starts over after a delay that doubles. <see cref="IpfsKitClientOptions.ReadRounds"/> rounds without a single new
/// block end the read; any progress starts the count anew, so that a long read survives any number of restarts of its silos.</para>
/// <para>Not safe to share.</para>
/// </remarks>
internal sealed partial class ReadSession(
    IpfsPath path, IContentLocator locator, IFeedOpener opener, IpfsKitClientOptions options, TimeProvider time, ILogger logger)
{
    private const int MaxRemembered = 32;
    private static readonly TimeSpan TicketMargin = TimeSpan.FromSeconds(5);

    private readonly List<(string Who, Exception Why)> _failures = [];
    private IReadOnlyList<DataEndpoint> _endpoints = [];
    private int _current;
    private int _rounds;
    private TimeSpan _askedToWait;
    private bool _askNodes;

    /// <summary>What is read.</summary>
    public IpfsPath Path => path;

    /// <summary>Opens a feed at the first silo that answers.</summary>
    /// <exception cref="ContentNotFoundException">No silo has it.</exception>
    /// <exception cref="ContentUnavailableException">No silo that has it delivers.</exception>
    public async ValueTask<IBlockFeed> OpenAsync(EntityRequest request, CancellationToken cancellationToken)
    {
        var renewed = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_current == _endpoints.Count)
                await BeginRoundAsync(cancellationToken).ConfigureAwait(false);
            var endpoint = _endpoints[_current];
            if (endpoint.ExpiresAt - TicketMargin <= time.GetUtcNow() && !renewed)
            {
                renewed = true;
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                return await opener.OpenAsync(endpoint, request, cancellationToken).ConfigureAwait(false);
            }
            catch (DataPlaneException exception) when (exception.Code == DataPlaneErrorCodes.TicketExpired && (!renewed || !_askNodes))
            {
                // A fresh one that has expired, too: the clock of the silo that issued it is behind that of the silo that reads it. By its own clock its own are good.
                _askNodes |= renewed;
                renewed = true;
                await RenewAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DataPlaneException exception) when (exception.Code == DataPlaneErrorCodes.TicketScope && !_askNodes)
            {
                // Of this root only the block is registered; what is below it may be here as part of other content.
                _askNodes = true;
                await RenewAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is FeedFailureException or IpfsKitException or IpldException)
            {
                Failed(exception);
                // The silo has waited for as long as there was hope.
                if (exception is ContentTimeoutException or FetchTooLargeException && _current == _endpoints.Count)
                    throw;
            }
        }
    }

    /// <summary>Says that a block was used: the read is getting on.</summary>
    public void Progressed() => _rounds = 0;

    /// <summary>Says that the silo whose feed was opened last has failed.</summary>
    public void Failed(Exception exception)
    {
        if (_current == _endpoints.Count)
            return;
        var endpoint = _endpoints[_current++];
        var who = endpoint.Address is { } address ? $"{endpoint.Node} at {address}" : endpoint.Node.ToString();
        Remember(who, exception);
        if (exception is NodeBusyException busy && busy.RetryAfter > _askedToWait)
            _askedToWait = busy.RetryAfter;
    }

    private async ValueTask BeginRoundAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_rounds >= options.ReadRounds)
                throw Exhausted();
            if (_rounds > 0)
                await DelayAsync(cancellationToken).ConfigureAwait(false);
            _rounds++;
            try
            {
                // Those that hold it have failed once: the others may reach them where this client does not.
                _endpoints = await locator.LocateAsync(path.Root, _askNodes, alsoThroughOthers: _rounds > 1, cancellationToken).ConfigureAwait(false);
                _current = 0;
                return;
            }
            catch (Exception exception) when (exception is ClusterUnavailableException or ContentUnavailableException or StateUnavailableException && _rounds < options.ReadRounds)
            {
                Remember("the cluster", exception);
            }
        }
    }

    private async ValueTask DelayAsync(CancellationToken cancellationToken)
    {
        var delay = options.RetryDelay * (1 << (_rounds - 1));
        var asked = TimeSpan.FromTicks(Math.Min(_askedToWait.Ticks, delay.Ticks * 10));
        _askedToWait = default;
        await Task.Delay(asked > delay ? asked : delay, time, cancellationToken).ConfigureAwait(false);
    }

    private void Remember(string who, Exception why)
    {
        if (_failures.Count == MaxRemembered)
            _failures.RemoveAt(0);
        _failures.Add((who, why));
        LogFailed(logger, path, who, why.Message);
    }

    /// <summary>Fresh tickets without a new round: the silo that is asked now stays the one that is asked. If there are none, the next round asks again.</summary>
    private async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        var node = _endpoints[_current].Node;
        try
        {
            _endpoints = await locator.LocateAsync(path.Root, _askNodes, alsoThroughOthers: _rounds > 1, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IpfsKitException)
        {
            Remember("the cluster", exception);
            _current = _endpoints.Count;
            return;
        }

        _current = 0;
        for (var i = 0; i < _endpoints.Count; i++)
        {
            if (_endpoints[i].Node == node)
                _current = i;
        }
    }

    /// <summary>What everybody says in unison, or that it is not to be had.</summary>
    private Exception Exhausted()
    {
        var first = _failures[0].Why;
        if (first is not FeedFailureException and not NodeBusyException
            && _failures.TrueForAll(failure => failure.Why.GetType() == first.GetType() && failure.Why.Message == first.Message))
            return first;
        return new ContentUnavailableException(
            path.Root, "no silo that holds it delivered it.", [.. _failures.Select(failure => $"{failure.Who}: {failure.Why.Message}")]);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reading {Path} from {Silo} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, IpfsPath path, string silo, string reason);
}
