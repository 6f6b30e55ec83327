using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using IpfsKit.Client.Uploading;
using IpfsKit.Grains;

namespace IpfsKit.Client.DataPlane;

/// <summary>The requests of the data plane's protocol, with their deadlines.</summary>
internal sealed class DataPlaneHttp(IHttpClientFactory clients, IpfsKitClientOptions options, TimeProvider time)
{
    private const int CommitFactor = 10;
    private const int MaxReceiptBytes = 4 << 20;

    private static readonly MediaTypeWithQualityHeaderValue CarType = new(DataPlaneProtocol.CarMediaType);

    /// <summary>Asks for a CAR; returns when the silo has begun to answer it.</summary>
    /// <exception cref="TransferFailedException">The silo cannot be reached, or does not answer in time.</exception>
    public async Task<HttpResponseMessage> GetCarAsync(DataEndpoint endpoint, string relativeUri, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, relativeUri));
        request.Headers.Accept.Add(CarType);
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        using var deadline = new Deadline(options.ResponseTimeout, time, cancellationToken);
        deadline.Start();
        return await SendAsync(request, deadline, "answer the request").ConfigureAwait(false);
    }

    /// <summary>Sends an upload and waits until it is committed.</summary>
    /// <exception cref="TransferFailedException">The connection failed; the silo may know more.</exception>
    public async Task<UploadReceipt> UploadAsync(
        DataEndpoint endpoint, string pathAndQuery, UploadSource source, UploadMeter meter, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint.Address!, pathAndQuery));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        request.Headers.ExpectContinue = true;
        // While the body is sent the deadline is about single writes; then it is about the commit.
        using var deadline = new Deadline(options.IdleTimeout, time, cancellationToken);
        request.Content = new DeadlinedContent(source.CreateContent(meter), deadline, options.ResponseTimeout * CommitFactor);
        using var response = await SendAsync(request, deadline, "take the upload").ConfigureAwait(false);
        deadline.Start(options.ResponseTimeout);
        return await ReadReceiptAsync(response, deadline).ConfigureAwait(false);
    }

    /// <summary>What became of an upload whose connection was lost: a receipt, an error, or neither if nobody knows.</summary>
    public async Task<(UploadReceipt? Receipt, Exception? Error)> GetUploadOutcomeAsync(DataEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint.Address!, DataPlaneProtocol.UploadOutcomePath));
        request.Headers.Add(DataPlaneProtocol.TicketHeader, endpoint.Ticket);
        using var deadline = new Deadline(options.ResponseTimeout, time, cancellationToken);
        deadline.Start();
        try
        {
            using var response = await SendAsync(request, deadline, "say what became of the upload").ConfigureAwait(false);
            return (await ReadReceiptAsync(response, deadline).ConfigureAwait(false), null);
        }
        catch (TransferFailedException)
        {
            // The silo is gone: the failure that led here stands.
            return default;
        }
        catch (DataPlaneException exception) when (exception.Code == DataPlaneErrorCodes.UploadUnknown)
        {
            return default;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (null, exception);
        }
    }

    private static async Task<UploadReceipt> ReadReceiptAsync(HttpResponseMessage response, Deadline deadline)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxReceiptBytes, deadline.Token).ConfigureAwait(false);
            return await response.Content.ReadFromJsonAsync(UploadReceipt.JsonType, deadline.Token).ConfigureAwait(false)
                ?? throw new TransferFailedException("the silo sent no receipt");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException || deadline.IsPast(exception))
        {
            throw new TransferFailedException($"the receipt of the silo did not arrive: {exception.Message}", exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Deadline deadline, string purpose)
    {
        HttpResponseMessage response;
        try
        {
            response = await clients.CreateClient(IpfsKitClientOptions.HttpClientName)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (deadline.IsPast(exception))
        {
            throw new TransferFailedException($"it did not {purpose} in time", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new TransferFailedException(exception.Message, exception)
            {
                IsUnreachable = exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
            };
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException { InnerException: TimeoutException })
        {
            // The latter is how a connect timeout of the handler shows itself.
            throw new TransferFailedException(exception.Message, exception) { IsUnreachable = exception is OperationCanceledException };
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            try
            {
                throw await DataPlaneErrors.ReadAsync(response, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (deadline.IsPast(exception))
            {
                throw new TransferFailedException($"it did not {purpose} in time", exception);
            }
        }
    }
}
