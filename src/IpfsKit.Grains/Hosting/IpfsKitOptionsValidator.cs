using System.Net;
using IpfsKit.Grains.Replication;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Hosting;

/// <summary>Checks all settings at once; each fault names the setting and the value.</summary>
internal sealed class IpfsKitOptionsValidator : IValidateOptions<IpfsKitOptions>
{
    public ValidateOptionsResult Validate(string? name, IpfsKitOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        Check(options.Role is null || Enum.IsDefined(options.Role.Value), "Role", options.Role, "is none of Master, Worker, Leecher");
        Check(options.DataDirectory is not "", "DataDirectory", options.DataDirectory, "is empty");
        Check(options.Slot is null or (>= 0 and < NodeSlot.MaxSlots), "Slot", options.Slot, $"is outside 0 to {NodeSlot.MaxSlots - 1}");

        var plane = options.DataPlane;
        Check(plane.ListenAddress is null || IPEndPoint.TryParse(plane.ListenAddress, out _), "DataPlane:ListenAddress", plane.ListenAddress, "is not an address and a port, such as 127.0.0.1:5080");
        Check(
            plane.PublicAddress is null || (plane.PublicAddress.IsAbsoluteUri && (plane.PublicAddress.Scheme == Uri.UriSchemeHttp || plane.PublicAddress.Scheme == Uri.UriSchemeHttps)),
            "DataPlane:PublicAddress", plane.PublicAddress, "is not an absolute http or https address");

        CheckRange(plane.MaxConnections, 1, 65_536, "DataPlane:MaxConnections");
        CheckRange(plane.MaxConcurrentReads, 1, 65_536, "DataPlane:MaxConcurrentReads");
        CheckRange(plane.MaxConcurrentUploads, 1, 1024, "DataPlane:MaxConcurrentUploads");
        CheckSpan(plane.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "DataPlane:RetryAfter");
        Check(plane.MaxUploadBytes >= 1, "DataPlane:MaxUploadBytes", plane.MaxUploadBytes, "is less than 1");
        CheckRange(plane.UploadBatchBytes, 1 << 20, 256 << 20, "DataPlane:UploadBatchBytes");
        CheckRange(plane.MinBytesPerSecond, 0, 1 << 30, "DataPlane:MinBytesPerSecond");
        CheckSpan(plane.MinRateGrace, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), "DataPlane:MinRateGrace");
        CheckSpan(plane.RequestHeadersTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "DataPlane:RequestHeadersTimeout");
        CheckSpan(plane.KeepAliveTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "DataPlane:KeepAliveTimeout");
        Check(plane.MaxTreeEntries >= 1, "DataPlane:MaxTreeEntries", plane.MaxTreeEntries, "is less than 1");
        CheckRange(plane.MaxTreeDepth, 1, 1024, "DataPlane:MaxTreeDepth");
        CheckRange(plane.MaxImportBlockBytes, 2 << 20, 8 << 20, "DataPlane:MaxImportBlockBytes");
        CheckRange(plane.MaxImportRoots, 1, 65_536, "DataPlane:MaxImportRoots");
        Check(plane.MaxImportDagBlocks >= 1, "DataPlane:MaxImportDagBlocks", plane.MaxImportDagBlocks, "is less than 1");
        CheckRange(plane.MaxRememberedUploads, 1, 1 << 20, "DataPlane:MaxRememberedUploads");

        var storage = options.Storage;
        Check(storage.CapacityBytes is null || storage.CapacityBytes >= 4 * storage.SegmentBytes, "Storage:CapacityBytes", storage.CapacityBytes, $"is less than {4 * storage.SegmentBytes} bytes");
        Check(storage.MinFreeDiskBytes >= 0, "Storage:MinFreeDiskBytes", storage.MinFreeDiskBytes, "is negative");
        CheckSpan(storage.CollectInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), "Storage:CollectInterval");

        var replication = options.Replication;
        CheckRange(replication.MinFactor ?? 1, 1, WriteConcern.MaxCopies, "Replication:MinFactor");
        var min = replication.MinFactor ?? ReplicationFactors.DefaultMin;
        CheckRange(replication.MaxFactor ?? min, min, EnsureReplicationRequest.MaxCopies, "Replication:MaxFactor");
        CheckRange(replication.CriticalFactor ?? min, min, EnsureReplicationRequest.MaxCopies, "Replication:CriticalFactor");
        CheckSpan(replication.RepairDelay, TimeSpan.Zero, TimeSpan.FromDays(7), "Replication:RepairDelay");
        CheckRange(replication.RepairsPerSecond, 1, 100_000, "Replication:RepairsPerSecond");
        CheckSpan(replication.SweepInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), "Replication:SweepInterval");
        CheckRange(replication.SweepPerSecond, 1, 100_000, "Replication:SweepPerSecond");
        CheckRange(replication.MaxConcurrentTransfers, 1, 1024, "Replication:MaxConcurrentTransfers");
        CheckSpan(replication.TransferTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "Replication:TransferTimeout");
        CheckSpan(replication.LoadInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "Replication:LoadInterval");

        CheckSpan(options.Catalog.ReconcileInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), "Catalog:ReconcileInterval");
        CheckRange(options.Catalog.ReconcilePerSecond, 1, 100_000, "Catalog:ReconcilePerSecond");
        CheckRange(options.Catalog.RebuildPerSecond, 1, 100_000, "Catalog:RebuildPerSecond");
        CheckRange(options.Catalog.MaxIndirectPinListings, 1, 64, "Catalog:MaxIndirectPinListings");

        var exchange = options.Exchange;
        CheckSpan(exchange.SiblingInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "Exchange:SiblingInterval");
        CheckRange(exchange.MaxSiblingsAsked, 0, 1024, "Exchange:MaxSiblingsAsked");
        CheckSpan(exchange.ReadTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "Exchange:ReadTimeout");
        CheckSpan(exchange.SiblingTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "Exchange:SiblingTimeout");
        Check(exchange.MaxReadBytes is null or >= 1, "Exchange:MaxReadBytes", exchange.MaxReadBytes, "is less than 1");
        CheckRange(exchange.MaxConcurrentFetches, 1, 1024, "Exchange:MaxConcurrentFetches");
        CheckRange(exchange.MaxFetchAheadBytes, 1 << 20, 1 << 30, "Exchange:MaxFetchAheadBytes");
        CheckSpan(exchange.PartialRetention, TimeSpan.Zero, TimeSpan.FromDays(1), "Exchange:PartialRetention");
        CheckSpan(exchange.ProviderReportInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "Exchange:ProviderReportInterval");
        CheckRange(exchange.MaxReportedPeers, 16, 65_536, "Exchange:MaxReportedPeers");

        var heat = options.Heat;
        CheckSpan(heat.FlushInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "Heat:FlushInterval");
        Check(heat.SweepInterval >= heat.FlushInterval, "Heat:SweepInterval", heat.SweepInterval, "is less than Heat:FlushInterval");
        CheckRange(heat.MaxRootsPerFlush, 64, 1 << 20, "Heat:MaxRootsPerFlush");
        CheckRange(heat.MaxWaitingRoots, 64, 1 << 24, "Heat:MaxWaitingRoots");
        CheckRange(heat.MaxConcurrentReports, 1, 1024, "Heat:MaxConcurrentReports");
        CheckSpan(heat.ReportTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "Heat:ReportTimeout");
        return result.Build();

        void Check(bool good, string setting, object? value, string fault)
        {
            if (!good)
                result.AddError($"{IpfsKitOptions.SectionName}:{setting} = '{value}' {fault}.");
        }

        void CheckSpan(TimeSpan value, TimeSpan least, TimeSpan most, string setting) =>
            Check(value >= least && value <= most, setting, value, $"is outside {least:c} to {most:c}");

        void CheckRange(int value, int least, int most, string setting) =>
            Check(value >= least && value <= most, setting, value, $"is outside {least} to {most}");
    }
}
