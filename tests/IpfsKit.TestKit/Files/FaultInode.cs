namespace IpfsKit.TestKit.Files;

/// <summary>A file apart from its names: what programs see, what the disk has, and what is on the way.</summary>
internal sealed class FaultInode
{
    private const int SectorBytes = 512;

    private readonly List<Change> _pending = [];
    private FaultContent _durable = new();

    /// <summary>What programs see.</summary>
    public FaultContent Content { get; private set; } = new();

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Content.Write(offset, data);
        _pending.Add(new Change(offset, data.ToArray()));
    }

    public void SetLength(long length)
    {
        Content.SetLength(length);
        _pending.Add(new Change(length, null));
    }

    /// <summary>The disk has everything.</summary>
    public void Sync()
    {
        foreach (var change in _pending)
            change.ApplyTo(_durable);
        _pending.Clear();
    }

    /// <summary>A sync that failed: part of it is on the disk, and the system has forgotten that the rest is not.</summary>
    public void FailSync(Random random)
    {
        Lose(random);
        _pending.Clear();
    }

    /// <summary>Power is lost: of what is on the way, any part arrives in any order.</summary>
    public void Crash(Random random)
    {
        Lose(random);
        _pending.Clear();
        Content = _durable.Clone();
    }

    /// <summary>A bit changes on the disk and in the cache.</summary>
    public void Flip(long offset, byte mask)
    {
        Content.Flip(offset, mask);
        if (offset < _durable.Length)
            _durable.Flip(offset, mask);
    }

    private void Lose(Random random)
    {
        // Now and then everything or nothing arrives, which is what most crashes look like.
        var mood = random.Next(4);
        var changes = _pending.ToArray();
        if (mood == 0)
            return;
        if (mood == 1)
            random.Shuffle(changes);
        foreach (var change in changes)
        {
            if (mood == 2 || random.Next(3) > 0)
                change.ApplyTo(_durable);
            else if (change.Data is { } data)
                Tear(change.Offset, data, random);
        }
    }

    // A write arrives without one of its sectors, or without many of them, or as its beginning.
    private void Tear(long offset, byte[] data, Random random)
    {
        var first = offset / SectorBytes;
        var sectors = (int)(((offset + data.Length - 1) / SectorBytes) - first + 1);
        var manner = random.Next(3);
        var chosen = random.Next(sectors + 1);
        for (var i = 0; i < sectors; i++)
        {
            var isLost = manner switch { 0 => i == chosen, 1 => random.Next(2) == 0, _ => i >= chosen };
            var start = Math.Max(offset, (first + i) * SectorBytes);
            var end = Math.Min(offset + data.Length, (first + i + 1) * SectorBytes);
            if (!isLost)
                _durable.Write(start, data.AsSpan((int)(start - offset), (int)(end - start)));
        }
    }

    private sealed record Change(long Offset, byte[]? Data)
    {
        public void ApplyTo(FaultContent content)
        {
            if (Data is null)
                content.SetLength(Offset);
            else
                content.Write(Offset, Data);
        }
    }
}
