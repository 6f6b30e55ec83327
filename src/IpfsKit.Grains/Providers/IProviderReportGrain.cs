namespace IpfsKit.Grains.Providers;

/// <summary>What silos tell of a peer. Key: as <see cref="IProviderGrain"/>, the same grain. For silos only.</summary>
[Alias("ipfskit.IProviderReportGrain")]
internal interface IProviderReportGrain : IGrainWithStringKey
{
    /// <summary>Adds what a silo has gathered; durable when it returns. A report that is repeated counts twice: these are averages, not accounts.</summary>
    [Alias("Report")]
    ValueTask ReportAsync(ProviderReport report, CancellationToken cancellationToken = default);
}
