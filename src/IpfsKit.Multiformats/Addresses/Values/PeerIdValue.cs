using IpfsKit.Multiformats.Bases;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>A peer id: its multihash; text in either form of <see cref="PeerId"/>, printed as base58btc.</summary>
internal sealed class PeerIdValue : AddressValue
{
    public override bool IsValid(ReadOnlySpan<byte> value) => PeerId.IsValid(value);

    public override int GetMaxTextLength(int byteCount) => Alphabets.Base58Btc.GetMaxEncodedLength(byteCount);

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        Alphabets.Base58Btc.TryEncode(value, destination, out var written);
        return written;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (!PeerId.TryParse(text, out var peerId) || !peerId.Bytes.TryCopyTo(destination))
            return false;
        bytesWritten = peerId.Bytes.Length;
        return true;
    }
}
