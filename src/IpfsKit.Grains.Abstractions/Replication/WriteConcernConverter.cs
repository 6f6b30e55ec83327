using System.ComponentModel;
using System.Globalization;

namespace IpfsKit.Grains;

/// <summary>Reads a <see cref="WriteConcern"/> from settings.</summary>
internal sealed class WriteConcernConverter : TypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc/>
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => value is string text
        ? WriteConcern.TryParse(text, out var concern) ? concern : throw new FormatException($"'{text}' is no write concern: it is a number from 1 to {WriteConcern.MaxCopies}, or 'majority'.")
        : base.ConvertFrom(context, culture, value);
}
