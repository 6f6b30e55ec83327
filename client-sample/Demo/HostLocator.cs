using IpfsKit.ClientSample.Commands;

namespace IpfsKit.ClientSample.Demo;

/// <summary>Finds the silo-host that was built together with this program.</summary>
internal static class HostLocator
{
    /// <exception cref="DemoFailedException">It is not there.</exception>
    public static string Find()
    {
        // …/client-sample/bin/<configuration>/net10.0/ beside …/silo-host/bin/<configuration>/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent;
        for (var folder = configuration; folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "silo-host", "bin", configuration!.Name, framework.Name, "IpfsKit.SiloHost.dll");
            if (File.Exists(candidate))
                return candidate;
        }

        throw new DemoFailedException("The silo-host is not built; name it with --host, or run: dotnet build -c Release silo-host");
    }
}
