namespace IpfsKit.Ipld.UnixFs;

/// <summary>Bytes to <see cref="UnixFsData"/>.</summary>
internal static class UnixFsDataDecoder
{
    private const uint LastKnownField = 8;
    private const uint BlockSizesField = 4;

    public static UnixFsData Decode(ReadOnlyMemory<byte> message)
    {
        var reader = new ProtobufReader(message.Span);
        var data = default(Fields);
        var seen = 0u;
        while (!reader.IsAtEnd)
        {
            var (field, wireType) = reader.ReadTag();
            if (field <= LastKnownField && field != BlockSizesField)
            {
                if ((seen & (1u << (int)field)) != 0)
                    throw new UnixFsException($"field {field} is there twice.");
                seen |= 1u << (int)field;
            }

            ReadField(ref reader, field, wireType, message, ref data);
        }

        return new UnixFsData
        {
            Type = data.Type ?? throw new UnixFsException("the type is missing."),
            Data = data.Data,
            FileSize = data.FileSize,
            BlockSizes = data.BlockSizes is { } sizes ? sizes : [],
            HashType = data.HashType,
            Fanout = data.Fanout,
            Mode = data.Mode,
            ModificationTime = data.ModificationTime,
        };
    }

    private static void ReadField(ref ProtobufReader reader, uint field, int wireType, ReadOnlyMemory<byte> message, ref Fields data)
    {
        switch (field, wireType)
        {
            case (1, ProtobufReader.Varint):
                var type = reader.ReadVarint();
                if (type > (ulong)UnixFsType.HamtShard)
                    throw new UnixFsException($"the type {type} is not known.");
                data.Type = (UnixFsType)type;
                break;
            case (2, ProtobufReader.Bytes):
                var (start, length) = reader.ReadBytes();
                data.Data = message.Slice(start, length);
                break;
            case (3, ProtobufReader.Varint):
                data.FileSize = reader.ReadVarint();
                break;
            case (BlockSizesField, ProtobufReader.Varint):
                (data.BlockSizes ??= []).Add(reader.ReadVarint());
                break;
            case (BlockSizesField, ProtobufReader.Bytes):
                var packed = reader.ReadBytes();
                ReadPacked(message.Span.Slice(packed.Start, packed.Length), data.BlockSizes ??= []);
                break;
            case (5, ProtobufReader.Varint):
                data.HashType = reader.ReadVarint();
                break;
            case (6, ProtobufReader.Varint):
                data.Fanout = reader.ReadVarint();
                break;
            case (7, ProtobufReader.Varint):
                var mode = reader.ReadVarint();
                data.Mode = mode <= uint.MaxValue ? (uint)mode : throw new UnixFsException($"the mode {mode} does not fit 32 bits.");
                break;
            case (8, ProtobufReader.Bytes):
                var time = reader.ReadBytes();
                data.ModificationTime = ReadTime(message.Span.Slice(time.Start, time.Length));
                break;
            case ( <= LastKnownField, _):
                throw new UnixFsException($"field {field} has the wire type {wireType}.");
            default:
                reader.Skip(wireType);
                break;
        }
    }

    private static void ReadPacked(ReadOnlySpan<byte> packed, List<ulong> sizes)
    {
        var reader = new ProtobufReader(packed);
        while (!reader.IsAtEnd)
            sizes.Add(reader.ReadVarint());
    }

    private static UnixFsTime ReadTime(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        long? seconds = null;
        uint? nanoseconds = null;
        while (!reader.IsAtEnd)
        {
            switch (reader.ReadTag())
            {
                case (1, ProtobufReader.Varint) when seconds is null:
                    seconds = unchecked((long)reader.ReadVarint());
                    break;
                case (2, ProtobufReader.Fixed32) when nanoseconds is null:
                    nanoseconds = reader.ReadFixed32();
                    break;
                case ( <= 2, _):
                    throw new UnixFsException("the modification time has a field twice or of another wire type.");
                case var (_, wireType):
                    reader.Skip(wireType);
                    break;
            }
        }

        if (nanoseconds is 0 or > 999_999_999)
            throw new UnixFsException($"the fraction {nanoseconds} of the modification time is not from 1 to 999999999.");
        return new UnixFsTime(seconds ?? throw new UnixFsException("the modification time has no seconds."), nanoseconds ?? 0);
    }

    private struct Fields
    {
        public UnixFsType? Type;
        public ReadOnlyMemory<byte>? Data;
        public ulong? FileSize;
        public List<ulong>? BlockSizes;
        public ulong? HashType;
        public ulong? Fanout;
        public uint? Mode;
        public UnixFsTime? ModificationTime;
    }
}
