using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Messages;

/// <summary>Gathers what a message says of wants and presences, and hands it over when the message is whole. For one reader.</summary>
internal sealed class EntriesReader(MessageInput input, MessageFields fields, StreamMemory memory, PeerId peer, IMessageSink sink, ReadDeadline deadline) : IDisposable
{
    // What a list of as many entries as there may be takes, and up to which count nobody is asked for the memory.
    private const int AllEntriesBytes = BitswapProtocol.MaxWantlistEntries * 80;
    private const int FreeEntries = 1024;

    private readonly List<WantlistEntry> _entries = [];
    private readonly List<BlockPresence> _presences = [];
    private bool _isFull;
    private bool _hasWantlist;
    private int _reserved;

    /// <summary>How many wants and presences were ignored.</summary>
    public long Ignored { get; private set; }

    /// <summary>Reads <c>wantlist = 1 { entries = 1 { … }, full = 2 }</c>.</summary>
    public async ValueTask ReadWantlistAsync(int end)
    {
        _hasWantlist = true;
        while (fields.Position < end)
        {
            var field = await fields.ReadAsync(end).ConfigureAwait(false);
            if (field.IsBytes(1))
            {
                await ReadEntryAsync((int)field.Value).ConfigureAwait(false);
            }
            else
            {
                if (field.IsNumber(2))
                    _isFull = field.Value != 0;
                await fields.SkipAsync(field).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads <c>blockPresences = 4 { … }</c>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadPresenceAsync(int length)
    {
        if (length > BitswapProtocol.MaxEntryBytes)
        {
            Ignored++;
            await input.SkipAsync(length, deadline.Token).ConfigureAwait(false);
            return;
        }

        await fields.EnsureAsync(length).ConfigureAwait(false);
        if (EntryReader.TryReadPresence(input.Available[..length], out var presence))
            _presences.Add(presence);
        else
            Ignored++;
        input.Advance(length);
        if (_presences.Count == BitswapProtocol.MaxPresences)
            HandOverPresences();
    }

    /// <summary>The message is whole.</summary>
    /// <returns>Whether it said anything.</returns>
    public bool HandOver()
    {
        var isSomething = false;
        if (_presences.Count > 0)
        {
            isSomething = true;
            HandOverPresences();
        }

        if (_hasWantlist && (_entries.Count > 0 || _isFull))
        {
            isSomething = true;
            sink.OnWantlist(peer, _entries, _isFull);
        }

        Dispose();
        (_hasWantlist, _isFull) = (false, false);
        return isSomething;
    }

    /// <summary>Gives back what the wants take.</summary>
    public void Dispose()
    {
        _entries.Clear();
        if (_reserved == 0)
            return;
        _entries.Capacity = 0;
        memory.Release(_reserved);
        _reserved = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadEntryAsync(int length)
    {
        if (length > BitswapProtocol.MaxEntryBytes || _entries.Count == BitswapProtocol.MaxWantlistEntries)
        {
            Ignored++;
            await input.SkipAsync(length, deadline.Token).ConfigureAwait(false);
            return;
        }

        await fields.EnsureAsync(length).ConfigureAwait(false);
        var isEntry = EntryReader.TryReadEntry(input.Available[..length], out var entry);
        input.Advance(length);
        if (!isEntry)
        {
            Ignored++;
            return;
        }

        if (_entries.Count == FreeEntries && _reserved == 0)
        {
            await memory.ReserveAsync(AllEntriesBytes).ConfigureAwait(false);
            _reserved = AllEntriesBytes;
        }

        _entries.Add(entry);
    }

    private void HandOverPresences()
    {
        sink.OnPresences(peer, _presences);
        _presences.Clear();
    }
}
