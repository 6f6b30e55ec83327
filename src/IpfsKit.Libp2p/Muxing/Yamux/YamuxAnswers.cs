using System.Runtime.InteropServices;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Answers to the frames of one read: they are sealed together and sent as one, since a flood asks for hundreds and each seal costs more than reading the question. Called by the reading loop only.</summary>
internal sealed class YamuxAnswers(YamuxSender sender)
{
    /// <summary>How many wait for the end of the read.</summary>
    public const int MaxWaiting = 256;

    private readonly List<YamuxHeader> _headers = [];

    /// <summary>Answers with a frame, after those before it.</summary>
    public void Add(YamuxHeader header)
    {
        _headers.Add(header);
        if (_headers.Count == MaxWaiting)
            Send();
    }

    /// <summary>Sends what waits.</summary>
    public void Send()
    {
        if (_headers.Count == 0)
            return;
        sender.Send(CollectionsMarshal.AsSpan(_headers));
        _headers.Clear();
    }
}
