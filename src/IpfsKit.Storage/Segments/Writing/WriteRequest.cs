namespace IpfsKit.Storage.Segments.Writing;

/// <summary>Things to write that complete together.</summary>
internal sealed class WriteRequest
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WriteRequest(ReadOnlyMemory<WriteItem> items)
    {
        Items = items;
        foreach (ref readonly var item in items.Span)
            Bytes += item.RecordBytes;
    }

    private WriteRequest() => IsRoll = true;

    /// <summary>A request that ends the active segment.</summary>
    public static WriteRequest Roll() => new();

    public ReadOnlyMemory<WriteItem> Items { get; }

    /// <summary>The bytes of the records, if all are written.</summary>
    public long Bytes { get; }

    /// <summary>Whether this ends the active segment instead of writing anything.</summary>
    public bool IsRoll { get; }

    /// <summary>Completes when everything is durable.</summary>
    public Task Completion => _completion.Task;

    /// <summary>How many items made a difference; valid after <see cref="Completion"/>.</summary>
    public int Written { get; set; }

    /// <summary>The bytes of the records that deletions made dead; valid after <see cref="Completion"/>.</summary>
    public long Freed { get; set; }

    /// <summary>Why the request fails, once it is known.</summary>
    public Exception? Error { get; set; }

    /// <summary>Wakes the caller.</summary>
    public void Complete()
    {
        if (Error is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(Error);
    }
}
