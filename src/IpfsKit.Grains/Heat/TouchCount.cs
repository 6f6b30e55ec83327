namespace IpfsKit.Grains.Heat;

/// <summary>Reads of one root in one window.</summary>
/// <param name="Count">The reads.</param>
/// <param name="Bytes">The bytes they served.</param>
internal readonly record struct TouchCount(long Count, long Bytes);
