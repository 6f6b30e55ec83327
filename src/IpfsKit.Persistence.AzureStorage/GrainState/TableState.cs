using System.Text;
using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage.GrainState;

/// <summary>A state in the columns of a row, as the official provider has it.</summary>
/// <remarks>
/// <para>Bytes are in <c>Data</c>, <c>Data1</c> … <c>Data14</c> with 64 KiB each, or, as text, in <c>StringData</c>, <c>StringData1</c> … <c>StringData14</c> with up to 32 Ki characters each: what a column of Azure Tables takes. All 15 together
/// stay below the 1 MiB that a row takes, key and all. A row without any was cleared.</para>
/// <para>Discrepancies: the official provider silently cuts text after its last column, and text of two UTF-16 units in halves at the end of a column, which then arrive as something else. This one refuses the first and ends the column a
/// unit earlier for the second, which reads the same.</para>
/// </remarks>
internal static class TableState
{
    /// <summary>How many columns a state may take.</summary>
    public const int MaxColumns = 15;

    /// <summary>The most bytes of a column.</summary>
    public const int MaxColumnBytes = 64 << 10;

    /// <summary>The most UTF-16 units of a column.</summary>
    public const int MaxColumnText = 32 << 10;

    private const string Binary = "Data";
    private const string Text = "StringData";

    private static readonly string[] BinaryColumns = Columns(Binary);
    private static readonly string[] TextColumns = Columns(Text);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Puts a state into a row.</summary>
    /// <exception cref="StateSizeException">It is too large.</exception>
    /// <exception cref="FormatException">It is to be text and is none.</exception>
    public static void Write(TableEntity row, BinaryData payload, bool asText)
    {
        if (asText)
            WriteText(row, payload);
        else
            WriteBytes(row, payload.ToMemory());
    }

    /// <summary>The state in a row, empty if there is none.</summary>
    /// <exception cref="FormatException">Its columns are none of a state.</exception>
    public static BinaryData Read(TableEntity row)
    {
        var bytes = new MemoryStream();
        foreach (var value in Values(row, BinaryColumns))
        {
            // Text is what the bytes are in an answer without types.
            bytes.Write(value switch
            {
                byte[] binary => binary,
                string base64 => Convert.FromBase64String(base64),
                _ => throw new FormatException($"A column '{Binary}' is {value.GetType().Name}."),
            });
        }

        if (bytes.Length > 0)
            return new BinaryData(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        var text = string.Concat(Values(row, TextColumns).Select(value => value as string ?? throw new FormatException($"A column '{Text}' is {value.GetType().Name}.")));
        return new BinaryData(text);
    }

    private static void WriteBytes(TableEntity row, ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MaxColumns * MaxColumnBytes)
            throw new StateSizeException(payload.Length, MaxColumns * MaxColumnBytes, "bytes");
        for (var column = 0; payload.Length > 0; column++)
        {
            var length = Math.Min(payload.Length, MaxColumnBytes);
            row[BinaryColumns[column]] = payload[..length].ToArray();
            payload = payload[length..];
        }
    }

    private static void WriteText(TableEntity row, BinaryData payload)
    {
        var text = Decode(payload);
        var start = 0;
        for (var column = 0; start < text.Length; column++)
        {
            if (column == MaxColumns)
                throw new StateSizeException(text.Length, MaxColumns * MaxColumnText, "characters");
            var length = Math.Min(text.Length - start, MaxColumnText);
            // A lone half of a character cannot be sent.
            if (start + length < text.Length && char.IsHighSurrogate(text[start + length - 1]))
                length--;
            row[TextColumns[column]] = text.Substring(start, length);
            start += length;
        }
    }

    private static string Decode(BinaryData payload)
    {
        try
        {
            return StrictUtf8.GetString(payload.ToMemory().Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"is no text, which {nameof(AzureTableStorageOptions.UseStringFormat)} wants: its serializer writes bytes that are no UTF-8", e);
        }
    }

    private static IEnumerable<object> Values(TableEntity row, string[] columns)
    {
        var missing = -1;
        for (var column = 0; column < columns.Length; column++)
        {
            if (!row.TryGetValue(columns[column], out var value) || value is null)
                missing = missing < 0 ? column : missing;
            else if (missing >= 0)
                throw new FormatException($"The column '{columns[missing]}' is missing before '{columns[column]}'.");
            else
                yield return value;
        }
    }

    private static string[] Columns(string name) => [name, .. Enumerable.Range(1, MaxColumns - 1).Select(column => $"{name}{column}")];
}
