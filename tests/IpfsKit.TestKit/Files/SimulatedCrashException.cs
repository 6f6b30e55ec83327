namespace IpfsKit.TestKit.Files;

/// <summary>The machine of a <see cref="FaultFileSystem"/> has lost power; nothing works until it is restarted.</summary>
public sealed class SimulatedCrashException() : IOException("The simulated machine has lost power.");
