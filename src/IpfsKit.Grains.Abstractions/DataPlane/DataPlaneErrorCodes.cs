namespace IpfsKit.Grains;

/// <summary>The stable names of everything that the data plane can answer instead of content. New ones may appear; none changes its meaning.</summary>
public static class DataPlaneErrorCodes
{
    /// <summary>401: no ticket was sent.</summary>
    public const string TicketMissing = "ticket-missing";

    /// <summary>403: the ticket is damaged, of another silo, or signed with a key that is no longer in use.</summary>
    public const string TicketInvalid = "ticket-invalid";

    /// <summary>401: the ticket was good once; ask for a new one.</summary>
    public const string TicketExpired = "ticket-expired";

    /// <summary>403: the ticket allows another operation or another root.</summary>
    public const string TicketScope = "ticket-scope";

    /// <summary>400: the request does not follow the protocol.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>404: nothing is served at this address.</summary>
    public const string NoSuchEndpoint = "no-such-endpoint";

    /// <summary>406: the content has no such form, or it is not supported.</summary>
    public const string NotAcceptable = "not-acceptable";

    /// <summary>415: the upload is of a kind that is not taken here.</summary>
    public const string UnsupportedMediaType = "unsupported-media-type";

    /// <summary>404: this silo does not hold the CID.</summary>
    public const string ContentNotFound = "content-not-found";

    /// <summary>404: a name of the path does not exist. Members: <c>path</c>, <c>segment</c>, <c>at</c>.</summary>
    public const string PathNotFound = "path-not-found";

    /// <summary>416: the range lies outside the block.</summary>
    public const string RangeNotSatisfiable = "range-not-satisfiable";

    /// <summary>413: the upload is larger than its ticket allows. Member: <c>limit</c>.</summary>
    public const string UploadTooLarge = "upload-too-large";

    /// <summary>408: the body came slower than the least rate.</summary>
    public const string UploadTooSlow = "upload-too-slow";

    /// <summary>404: this silo remembers no upload of that ticket.</summary>
    public const string UploadUnknown = "upload-unknown";

    /// <summary>413: a block is over the limit. Members: <c>cid</c>, <c>size</c>, <c>limit</c>.</summary>
    public const string BlockTooLarge = "block-too-large";

    /// <summary>422: bytes do not hash to their CID. Member: <c>cid</c>.</summary>
    public const string BlockIntegrity = "block-integrity";

    /// <summary>422: the body is no CAR, or ends too early. Members: <c>segment</c> (the reason), <c>size</c> (the offset).</summary>
    public const string InvalidCar = "invalid-car";

    /// <summary>422: a root's DAG lacks a block. Members: <c>cid</c> (the root), <c>missing</c>.</summary>
    public const string IncompleteDag = "incomplete-dag";

    /// <summary>422: a block is not valid in its codec. Members: <c>value</c> (the codec), <c>segment</c> (the reason).</summary>
    public const string InvalidBlock = "invalid-block";

    /// <summary>422: a codec is not supported. Member: <c>value</c>.</summary>
    public const string UnsupportedCodec = "unsupported-codec";

    /// <summary>422: a hash function is not supported, or its digest too short. Members: <c>value</c>, <c>size</c> (the digest's length, if that is wrong).</summary>
    public const string UnsupportedHash = "unsupported-hash";

    /// <summary>422: UnixFS data breaks the rules of the format. Members: <c>cid</c> if known, <c>segment</c> (the reason).</summary>
    public const string InvalidUnixFs = "invalid-unixfs";

    /// <summary>422: the content is of another kind. Members: <c>cid</c>, <c>path</c> (the kind expected), <c>segment</c> (the kind found).</summary>
    public const string UnixFsType = "unixfs-type";

    /// <summary>422: a name that no entry may have. Members: <c>path</c> (the name), <c>segment</c> (the reason).</summary>
    public const string InvalidName = "invalid-name";

    /// <summary>422: an entry of a tree cannot be where it says. Members: <c>path</c>, <c>segment</c> (the reason).</summary>
    public const string InvalidEntry = "invalid-entry";

    /// <summary>422: a DAG is deeper, wider or larger than a limit. Members: <c>cid</c>, <c>segment</c> (the limit's name), <c>limit</c>.</summary>
    public const string TraversalLimit = "traversal-limit";

    /// <summary>507: there is no room. Members, if known: <c>path</c> (the store), <c>segment</c> and <c>limit</c> (the limit's name and value), <c>size</c> (needed).</summary>
    public const string StorageFull = "storage-full";

    /// <summary>503: too few silos acknowledged in time. Members: <c>cid</c>, <c>size</c> (acknowledged), <c>limit</c> (required).</summary>
    public const string WriteConcernNotMet = "write-concern-not-met";

    /// <summary>503: too many requests at once; the answer says when to come again.</summary>
    public const string Busy = "busy";

    /// <summary>503: the silo is stopping or its store does not accept writes.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>503: the cluster's state could not be read or written.</summary>
    public const string StateUnavailable = "state-unavailable";

    /// <summary>504: peers were asked for a block, and nothing came in time. Members: <c>cid</c>, <c>value</c> (how long nothing came, in milliseconds), <c>size</c> (peers asked).</summary>
    public const string FetchTimeout = "fetch-timeout";

    /// <summary>422: the content is larger than what may be fetched from others for one read. Members: <c>cid</c>, <c>limit</c>.</summary>
    public const string FetchTooLarge = "fetch-too-large";

    /// <summary>500: a fault of the silo; its log says more.</summary>
    public const string Internal = "internal";
}
