using System.Reflection;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Transport;
using IpfsKit.TestKit.Blocks;
using Orleans.Services;

namespace IpfsKit.Grains.Tests.Hosting;

/// <summary>A client calls every method of every grain interface that is for silos only: those of the assembly that are not public, whichever there are.</summary>
public sealed class InternalInterfacesTests : IAsyncLifetime
{
    private NodeCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await NodeCluster.StartAsync(storage: new TestGrainStorage());

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task EveryMethod_CalledByAClient_IsRefused()
    {
        var interfaces = typeof(IpfsNode).Assembly.GetTypes()
            .Where(type => type is { IsInterface: true, IsVisible: false } && typeof(IAddressable).IsAssignableFrom(type)).ToArray();
        Assert.Contains(typeof(INodeControlGrain), interfaces);
        Assert.Contains(typeof(ITransportGrainService), interfaces);

        foreach (var target in interfaces)
        {
            var grain = Reference(target);
            var methods = target.GetMethods();
            Assert.NotEmpty(methods);
            foreach (var method in methods)
            {
                var thrown = await Record.ExceptionAsync(() => CallAsync(grain, method));
                Assert.True(thrown is UnauthorizedAccessException, $"{target.Name}.{method.Name} gave a client {thrown?.ToString() ?? "an answer"}.");
            }
        }
    }

    private IAddressable Reference(Type target)
    {
        if (typeof(IGrainService).IsAssignableFrom(target))
        {
            // The id of a grain service is no secret to who knows a silo's address.
            var service = _cluster.Service<ITransportClient>().Find(_cluster.Node().PeerId)!;
            return (IAddressable)_cluster.Grains.GetGrain(service.GetGrainId()).Cast(target);
        }

        return typeof(IGrainWithIntegerKey).IsAssignableFrom(target)
            ? _cluster.Grains.GetGrain(target, 0)
            : _cluster.Grains.GetGrain(target, target == typeof(IContentHolderGrain) ? TestBlocks.Raw(1).Cid.ToV1().ToString() : _cluster.Node().PeerId.ToString());
    }

    private static async Task CallAsync(IAddressable grain, MethodInfo method)
    {
        var arguments = method.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();
        switch (method.Invoke(grain, arguments))
        {
            case Task task:
                await task;
                break;
            case { } result when result.GetType() is { IsValueType: true } type:
                await (Task)(type.GetMethod("AsTask")?.Invoke(result, null) ?? throw new InvalidOperationException($"{method.Name} returns what this test cannot await."));
                break;
            default:
                throw new InvalidOperationException($"{method.Name} returns what this test cannot await: teach it how, and see whether the filter holds it.");
        }
    }
}
