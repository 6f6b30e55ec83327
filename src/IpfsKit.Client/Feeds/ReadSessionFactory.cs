using IpfsKit.Client.Locating;
using IpfsKit.Ipld;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Client.Feeds;

/// <summary>Makes what a read needs.</summary>
internal sealed class ReadSessionFactory(
    IContentLocator locator, IFeedOpener opener, IpfsKitClientOptions options, TimeProvider time, ILogger<ReadSession> logger)
{
    /// <summary>A read of a path.</summary>
    public ReadSession Begin(IpfsPath path) => new(path, locator, opener, options, time, logger);

    /// <summary>The blocks of a request, for a walk that asks for them in turn.</summary>
    public ResumingBlockSource Open(EntityRequest request) => new(Begin(request.Path), request, options.ReadAheadBytes);
}
