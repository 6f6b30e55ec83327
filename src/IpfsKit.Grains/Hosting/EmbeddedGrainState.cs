namespace IpfsKit.Grains.Hosting;

/// <summary>Says that nobody chose where grain state is kept, so that it is in SQLite in the node's slot.</summary>
internal sealed class EmbeddedGrainState;
