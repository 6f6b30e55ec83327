namespace IpfsKit.Libp2p.Resources;

/// <summary>What one connection or one stream has, in every scope in which it counts. Thread-safe.</summary>
/// <remarks>Disposing gives back all that is left, so that a muxer that dies with its buffers leaves nothing behind; what is released after that was given back already.</remarks>
/// <param name="manager">Counts refusals.</param>
/// <param name="kind">What it is.</param>
/// <param name="mostMemory">What it may have by itself, in bytes.</param>
internal abstract class HeldScope(ResourceManager manager, ScopeKind kind, long mostMemory) : IMemoryBudget, IDisposable
{
    private long _memory;
    private bool _isDisposed;

    /// <summary>The bytes that it has now.</summary>
    public long Memory
    {
        get
        {
            lock (Lock)
                return _memory;
        }
    }

    /// <summary>Guards all of it, and is held by nobody else.</summary>
    protected Lock Lock { get; } = new();

    /// <summary>Where it is counted, the narrowest first.</summary>
    protected abstract ReadOnlySpan<ResourceScope> Scopes { get; }

    protected ResourceManager Manager => manager;

    /// <inheritdoc/>
    public bool TryReserve(long bytes, MemoryPriority priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        lock (Lock)
        {
            if (_isDisposed)
                return false;
            if (bytes > MemoryShare.Of(mostMemory, priority) - _memory)
                return manager.NoteMemory(kind, priority);
            for (var i = 0; i < Scopes.Length; i++)
            {
                if (Scopes[i].TryReserveMemory(bytes, priority))
                    continue;
                foreach (var taken in Scopes[..i])
                    taken.ReleaseMemory(bytes);
                return manager.NoteMemory(Scopes[i].Kind, priority);
            }

            _memory += bytes;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Release(long bytes)
    {
        lock (Lock)
        {
            if (_isDisposed)
                return;
            if (bytes > _memory)
                throw new InvalidOperationException($"{bytes} bytes were given back by a {kind} that has {_memory}.");
            _memory -= bytes;
            foreach (var scope in Scopes)
                scope.ReleaseMemory(bytes);
        }
    }

    /// <summary>It has ended.</summary>
    public void Dispose()
    {
        lock (Lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (var scope in Scopes)
                Exit(scope);
            _memory = 0;
            OnDisposed();
        }
    }

    protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <summary>Counts it, and what it has, in one more scope.</summary>
    /// <returns>What there is no room for; nothing was counted then. Null if there is.</returns>
    protected ResourceKind? TryEnter(ResourceScope scope)
    {
        if (TryAddTo(scope) is { } refused)
            return refused;
        if (scope.TryMoveMemoryHere(_memory))
            return null;
        RemoveFrom(scope);
        return ResourceKind.Memory;
    }

    /// <summary>Counts it no longer in a scope.</summary>
    protected void Exit(ResourceScope scope)
    {
        scope.ReleaseMemory(_memory);
        RemoveFrom(scope);
    }

    /// <inheritdoc cref="TryEnter"/>
    protected abstract ResourceKind? TryAddTo(ResourceScope scope);

    /// <summary>Takes back <see cref="TryAddTo"/>.</summary>
    protected abstract void RemoveFrom(ResourceScope scope);

    /// <summary>Leaves the scopes that are shared by name, under the lock.</summary>
    protected abstract void OnDisposed();
}
