namespace IpfsKit.Ipld.Tests.Blocks;

public sealed class PooledBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Rent_Length_GivesExactlyThatManyBytes(int length)
    {
        using var buffer = PooledBuffer.Rent(length);
        Assert.Equal(length, buffer.Memory.Length);
        Assert.Equal(length, buffer.Span.Length);
    }

    [Fact]
    public void Dispose_Twice_IsHarmlessAndRevokesTheMemory()
    {
        var buffer = PooledBuffer.Rent(10);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Memory);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    [Fact]
    public void Rent_NegativeLength_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PooledBuffer.Rent(-1));
}
