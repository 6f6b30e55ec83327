namespace IpfsKit.Storage;

/// <summary>What marking a block found.</summary>
public enum MarkOutcome
{
    /// <summary>The block is not here.</summary>
    Absent,

    /// <summary>It was not marked in this epoch before: its links are to be followed now.</summary>
    FollowLinks,

    /// <summary>Its links were followed in this epoch, or it can have none.</summary>
    Done,
}
