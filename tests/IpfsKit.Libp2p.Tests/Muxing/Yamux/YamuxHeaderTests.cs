using CsCheck;
using IpfsKit.Libp2p.Muxing.Yamux;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

public sealed class YamuxHeaderTests
{
    [Fact]
    public void Write_Header_IsThatOfTheSpec()
    {
        var bytes = new byte[YamuxHeader.Bytes];
        new YamuxHeader(YamuxFrameType.WindowUpdate, YamuxFlags.Syn | YamuxFlags.Fin, 0x01020304, 0x0a0b0c0d).Write(bytes);
        Assert.Equal("0001000501020304" + "0A0B0C0D", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() => Gen.Select(Gen.Byte[0, 3], Gen.UShort[0, 15], Gen.UInt[1, uint.MaxValue], Gen.UInt).Sample((type, flags, id, length) =>
    {
        var header = new YamuxHeader((YamuxFrameType)type, (YamuxFlags)flags, type < 2 ? id : 0, length);
        var bytes = new byte[YamuxHeader.Bytes];
        header.Write(bytes);
        Assert.Equal(header, YamuxHeader.Read(bytes));
    });

    [Fact]
    public void Lifecycle_Events_LeadWhereTheDiagramSays()
    {
        var table = from state in Enum.GetValues<YamuxStreamState>() from happened in Enum.GetValues<YamuxStreamEvent>() select (state, happened, next: YamuxStreamLifecycle.Next(state, happened));
        Assert.All(table, row =>
        {
            if (YamuxStreamLifecycle.IsFinal(row.state))
                Assert.Equal(row.state, row.next);
            else if (row.happened == YamuxStreamEvent.Reset)
                Assert.Equal(YamuxStreamState.Reset, row.next);
        });
        Assert.Equal(YamuxStreamState.Ended, YamuxStreamLifecycle.Next(YamuxStreamLifecycle.Next(YamuxStreamState.Open, YamuxStreamEvent.LocalEnd), YamuxStreamEvent.RemoteEnd));
        Assert.Equal(YamuxStreamState.Ended, YamuxStreamLifecycle.Next(YamuxStreamLifecycle.Next(YamuxStreamState.Open, YamuxStreamEvent.RemoteEnd), YamuxStreamEvent.LocalEnd));
        Assert.Equal(YamuxStreamState.LocalEnded, YamuxStreamLifecycle.Next(YamuxStreamState.LocalEnded, YamuxStreamEvent.LocalEnd));
    }
}
