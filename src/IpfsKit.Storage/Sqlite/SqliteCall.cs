namespace IpfsKit.Storage.Sqlite;

/// <summary>A work that calls a function with one argument; a static lambda, so that nothing is captured.</summary>
internal sealed class SqliteCall<TContext, TArgument, TResult>(TArgument argument, Func<TContext, TArgument, TResult> call, int payloadBytes = 0)
    : SqliteWork<TContext, TResult>
{
    /// <inheritdoc/>
    public override int PayloadBytes => payloadBytes;

    /// <inheritdoc/>
    protected override TResult Run(TContext context) => call(context, argument);
}
