namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Streams in the order in which they came, each at most once, without an allocation. Guarded by the lock of the <see cref="YamuxSender"/>.</summary>
internal struct YamuxQueue
{
    private YamuxStreamWriter? _first;
    private YamuxStreamWriter? _last;

    public readonly YamuxStreamWriter? First => _first;

    public void EnqueueWrite(YamuxStreamWriter writer)
    {
        if (writer.IsQueued)
            return;
        (writer.IsQueued, writer.NextQueued) = (true, null);
        if (_last is null)
            _first = writer;
        else
            _last.NextQueued = writer;
        _last = writer;
    }

    public void DequeueWrite()
    {
        var writer = _first!;
        _first = writer.NextQueued;
        if (_first is null)
            _last = null;
        (writer.IsQueued, writer.NextQueued) = (false, null);
    }

    public void EnqueueControl(YamuxStreamWriter writer)
    {
        if (writer.IsControlQueued)
            return;
        (writer.IsControlQueued, writer.NextControl) = (true, null);
        if (_last is null)
            _first = writer;
        else
            _last.NextControl = writer;
        _last = writer;
    }

    public void DequeueControl()
    {
        var writer = _first!;
        _first = writer.NextControl;
        if (_first is null)
            _last = null;
        (writer.IsControlQueued, writer.NextControl) = (false, null);
    }
}
