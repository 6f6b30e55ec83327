using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace IpfsKit.Benchmarks.Budgets;

/// <summary>A benchmark method as BenchmarkDotNet would run it: instance made, first parameters set, global setup done.</summary>
internal sealed class BenchmarkInvocation : IDisposable
{
    private readonly object _instance;
    private readonly MethodInfo? _cleanup;

    private BenchmarkInvocation(object instance, MethodInfo method)
    {
        _instance = instance;
        OperationsPerInvoke = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
        IsAsync = method.ReturnType == typeof(ValueTask) || method.ReturnType.IsAssignableTo(typeof(Task))
            || (method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>));
        Invoke = Bind(instance, method);
        _cleanup = Find<GlobalCleanupAttribute>(instance.GetType());
    }

    /// <summary>Runs the method once, to its end.</summary>
    public Action Invoke { get; }

    /// <summary>The operations in one call.</summary>
    public int OperationsPerInvoke { get; }

    /// <summary>Whether the method returns a task, so that other threads may work for it.</summary>
    public bool IsAsync { get; }

    /// <summary>Finds <c>Area.Class.Method</c> and sets it up.</summary>
    /// <exception cref="InvalidOperationException">There is no such benchmark.</exception>
    public static BenchmarkInvocation Create(string benchmark)
    {
        var dot = benchmark.LastIndexOf('.');
        var type = dot < 0 ? null : typeof(Program).Assembly.GetType($"{typeof(Program).Namespace}.{benchmark[..dot]}");
        var method = type?.GetMethod(benchmark[(dot + 1)..]);
        if (type is null || method?.GetCustomAttribute<BenchmarkAttribute>() is null)
            throw new InvalidOperationException($"allocation-budgets.json names '{benchmark}', which is no benchmark of this project.");
        var instance = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties())
        {
            if (property.GetCustomAttribute<ParamsAttribute>() is { } parameters)
                property.SetValue(instance, parameters.Values[0]);
        }

        if (Find<GlobalSetupAttribute>(type)?.Invoke(instance, null) is Task setup)
            setup.GetAwaiter().GetResult();
        return new BenchmarkInvocation(instance, method);
    }

    public void Dispose()
    {
        if (_cleanup?.Invoke(_instance, null) is Task cleanup)
            cleanup.GetAwaiter().GetResult();
    }

    private static MethodInfo? Find<T>(Type type)
        where T : Attribute => type.GetMethods().SingleOrDefault(method => method.GetCustomAttribute<T>() is not null);

    private static Action Bind(object instance, MethodInfo method)
    {
        var result = method.ReturnType;
        if (result == typeof(void))
            return method.CreateDelegate<Action>(instance);
        if (result == typeof(ValueTask))
            return Await(method.CreateDelegate<Func<ValueTask>>(instance));
        if (result.IsAssignableTo(typeof(Task)))
            return Await(method.CreateDelegate<Func<Task>>(instance));
        var (name, argument) = result.IsGenericType && result.GetGenericTypeDefinition() == typeof(ValueTask<>)
            ? (nameof(BindValueTask), result.GenericTypeArguments[0])
            : (nameof(BindValue), result);
        return (Action)typeof(BenchmarkInvocation).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(argument).Invoke(null, [instance, method])!;
    }

    private static Action BindValue<T>(object instance, MethodInfo method)
    {
        var call = method.CreateDelegate<Func<T>>(instance);
        return () => Sink<T>.Value = call();
    }

    private static Action BindValueTask<T>(object instance, MethodInfo method)
    {
        var call = method.CreateDelegate<Func<ValueTask<T>>>(instance);
        return () =>
        {
            var task = call();
            Sink<T>.Value = task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
        };
    }

    private static Action Await(Func<ValueTask> call) => () =>
    {
        var task = call();
        if (task.IsCompletedSuccessfully)
            task.GetAwaiter().GetResult();
        else
            task.AsTask().GetAwaiter().GetResult();
    };

    private static Action Await(Func<Task> call) => () => call().GetAwaiter().GetResult();

    /// <summary>Keeps results alive, so that the compiler cannot drop the work or keep it on the stack.</summary>
    private static class Sink<T>
    {
        internal static T? Value;
    }
}
