using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IpfsKit.Client;
using Spectre.Console;

namespace IpfsKit.ClientSample.Output;

/// <summary>What a command prints: results to the standard output as lines or JSON, everything else to the error stream.</summary>
internal sealed class CommandOutput(TextWriter output, TextWriter errors, bool json)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A result.</summary>
    public void Write(string text, object value) => output.WriteLine(json ? JsonSerializer.Serialize(value, Json) : text);

    /// <summary>Something worth knowing on the way.</summary>
    public void Note(string text)
    {
        if (!json)
            errors.WriteLine(text);
    }

    /// <summary>Why it did not work, in one line.</summary>
    public void Fail(string message, Exception? exception)
    {
        var line = Text.Printable(message.ReplaceLineEndings(" "));
        errors.WriteLine(json ? JsonSerializer.Serialize(new { error = line, type = exception?.GetType().Name }, Json) : $"error: {line}");
    }

    /// <summary>Runs something long: with a bar where somebody looks at one, with a line now and then where not.</summary>
    public async Task<T> WithProgressAsync<T>(string verb, Func<IProgress<TransferProgress>, Task<T>> work)
    {
        if (json)
            return await work(new Silence());
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(errors) });
        if (errors != Console.Error || Console.IsErrorRedirected || !terminal.Profile.Capabilities.Interactive)
            return await work(new ProgressLines(verb, errors, TimeProvider.System));
        return await terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new ProgressBar(context.AddTask(verb))));
    }

    private sealed class Silence : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
        }
    }

    private sealed class ProgressBar(ProgressTask task) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            task.IsIndeterminate = value.TotalBytes is null;
            task.MaxValue = Math.Max(1, value.TotalBytes ?? value.Bytes);
            task.Value = value.Bytes;
        }
    }
}
