using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>Bytes are not a valid block of their codec, or a node has no form in it.</summary>
public sealed class CodecException(Multicodec codec, string reason, Exception? innerException = null)
    : IpldException($"Invalid {codec}: {reason}", innerException)
{
    /// <summary>The codec.</summary>
    public Multicodec Codec { get; } = codec;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}

/// <summary>No codec is registered for a CID's content type.</summary>
public sealed class UnsupportedCodecException(Multicodec codec)
    : IpldException($"The codec {codec} (0x{(uint)codec:x}) is not supported.")
{
    /// <summary>The codec.</summary>
    public Multicodec Codec { get; } = codec;
}
