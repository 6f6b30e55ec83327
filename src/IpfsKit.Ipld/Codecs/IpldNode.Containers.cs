namespace IpfsKit.Ipld.Codecs;

/// <content>Lists and maps.</content>
public abstract partial record IpldNode
{
    /// <summary>A list.</summary>
    public sealed record List(IReadOnlyList<IpldNode> Items) : IpldNode
    {
        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.List;

        /// <inheritdoc/>
        public bool Equals(List? other)
        {
            if (ReferenceEquals(this, other))
                return true;
            if (other is null || Items.Count != other.Items.Count)
                return false;
            for (var i = 0; i < Items.Count; i++)
            {
                if (!Items[i].Equals(other.Items[i]))
                    return false;
            }

            return true;
        }

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = default(HashCode);
            for (var i = 0; i < Items.Count; i++)
                hash.Add(Items[i]);
            return hash.ToHashCode();
        }
    }

    /// <summary>A map with text keys, each at most once, in the order of its block.</summary>
    public sealed record Map(IReadOnlyList<KeyValuePair<string, IpldNode>> Entries) : IpldNode
    {
        /// <summary>Up to this many entries comparing searches one by one.</summary>
        private const int SmallEntries = 8;

        /// <inheritdoc/>
        public override IpldKind Kind => IpldKind.Map;

        /// <summary>The value under a key; takes time proportional to the number of entries.</summary>
        public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IpldNode? value)
        {
            for (var i = 0; i < Entries.Count; i++)
            {
                if (string.Equals(Entries[i].Key, key, StringComparison.Ordinal))
                {
                    value = Entries[i].Value;
                    return true;
                }
            }

            value = null;
            return false;
        }

        /// <inheritdoc/>
        public bool Equals(Map? other)
        {
            if (ReferenceEquals(this, other))
                return true;
            if (other is null || Entries.Count != other.Entries.Count)
                return false;
            var lookup = Entries.Count > SmallEntries ? Index(other) : null;
            for (var i = 0; i < Entries.Count; i++)
            {
                var (key, value) = Entries[i];
                // Maps with the same keys are usually in the same order.
                var theirs = other.Entries[i];
                if (string.Equals(key, theirs.Key, StringComparison.Ordinal))
                {
                    if (!value.Equals(theirs.Value))
                        return false;
                    continue;
                }

                IpldNode? found;
                if (lookup is null ? !other.TryGetValue(key, out found) : !lookup.TryGetValue(key, out found))
                    return false;
                if (!value.Equals(found))
                    return false;
            }

            return true;
        }

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            // A sum, so that the order takes no part.
            var sum = Entries.Count;
            for (var i = 0; i < Entries.Count; i++)
                sum += HashCode.Combine(Entries[i].Key, Entries[i].Value);
            return sum;
        }

        private static Dictionary<string, IpldNode> Index(Map map)
        {
            var index = new Dictionary<string, IpldNode>(map.Entries.Count, StringComparer.Ordinal);
            for (var i = 0; i < map.Entries.Count; i++)
                index.TryAdd(map.Entries[i].Key, map.Entries[i].Value);
            return index;
        }
    }
}
