using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Flows;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using Polly.Timeout;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>
/// Access tokens for calendars: from the user's refresh token, or else from the service account, which acts for the user whose address the
/// calendar id is. A calendar that belongs to nobody (<c>…@group.calendar.google.com</c> and the like) must be shared with the service account itself.
/// </summary>
internal sealed partial class GoogleAccessTokens(GoogleCalendarOptions options, IHttpMessageHandlerFactory handlers, TimeProvider time)
{
    public const string HttpName = "google-tokens";

    private const string Scope = "https://www.googleapis.com/auth/calendar.events.readonly";
    private const string NobodysCalendar = ".calendar.google.com";
    private const int MostCredentials = 20_000;

    private readonly ConcurrentDictionary<string, ServiceOrUser> _credentials = new(StringComparer.Ordinal);
    private readonly Lazy<AuthorizationCodeFlow> _flow = new(() => CreateFlow(options, handlers, time));

    /// <summary>A token that is good by the clock.</summary>
    /// <param name="calendar">The calendar.</param>
    /// <param name="refused">A token that Google refused: another one is fetched.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CalendarRefusedException">No token will come until somebody acts.</exception>
    /// <exception cref="CalendarUnavailableException">The token server does not answer now.</exception>
    public async Task<string> GetAsync(CalendarAddress calendar, string? refused, CancellationToken cancellation)
    {
        var credential = Credential(calendar);
        try
        {
            var token = await credential.Access.GetAccessTokenForRequestAsync(cancellationToken: cancellation);
            if (token != refused)
                return token;
            await credential.RenewAsync(cancellation);
            return await credential.Access.GetAccessTokenForRequestAsync(cancellationToken: cancellation);
        }
        catch (TokenResponseException answer) when (IsPassing(answer.StatusCode))
        {
            throw new CalendarUnavailableException("Google's token server has trouble.");
        }
        catch (TokenResponseException answer)
        {
            // Not as an inner exception: what stands in it was written elsewhere.
            throw new CalendarRefusedException(answer.Error?.Error is { } error && ErrorCode().IsMatch(error) ? error : "token_refused");
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CalendarUnavailableException("Google's token server does not answer.");
        }
    }

    private static bool IsPassing(HttpStatusCode? status) => status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private ServiceOrUser Credential(CalendarAddress calendar)
    {
        var key = calendar.RefreshToken is { } token ? $"user {token}" : $"for {DelegatedUser(calendar.CalendarId)}";
        if (_credentials.TryGetValue(key, out var known))
            return known;
        // Withdrawn consents leave theirs behind; a fresh one costs one call.
        if (_credentials.Count >= MostCredentials)
            _credentials.Clear();
        return _credentials.GetOrAdd(key, calendar.RefreshToken is { } refresh ? ForUser(refresh) : ForAccount(calendar.CalendarId));
    }

    private ServiceOrUser ForUser(string refreshToken)
    {
        if (options.ClientId is null)
            throw new CalendarRefusedException("oauth_client_not_configured");
        // The library's user id is a key of its store, of which there is none.
        var user = new UserCredential(_flow.Value, "user", new TokenResponse { RefreshToken = refreshToken });
        return new ServiceOrUser(user, user.RefreshTokenAsync);
    }

    private ServiceOrUser ForAccount(string calendarId)
    {
        if (options.ServiceAccount is not { } account)
            throw new CalendarRefusedException("no_refresh_token");
        var credential = new ServiceAccountCredential(new ServiceAccountCredential.Initializer(account.Email, options.TokenUrl.AbsoluteUri)
        {
            User = DelegatedUser(calendarId),
            Scopes = [Scope],
            Key = account.Key,
            KeyId = account.KeyId,
            Clock = new GoogleClock(time),
            HttpClientFactory = Handlers(handlers),
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
        });
        return new ServiceOrUser(credential, credential.RequestAccessTokenAsync);
    }

    private static string? DelegatedUser(string calendarId) =>
        calendarId.Contains('@', StringComparison.Ordinal) && !calendarId.EndsWith(NobodysCalendar, StringComparison.OrdinalIgnoreCase) ? calendarId : null;

    private static AuthorizationCodeFlow CreateFlow(GoogleCalendarOptions options, IHttpMessageHandlerFactory handlers, TimeProvider time) =>
        new(new AuthorizationCodeFlow.Initializer(GoogleAuthConsts.OidcAuthorizationUrl, options.TokenUrl.AbsoluteUri)
        {
            ClientSecrets = new ClientSecrets { ClientId = options.ClientId, ClientSecret = options.ClientSecret },
            Scopes = [Scope],
            Clock = new GoogleClock(time),
            HttpClientFactory = Handlers(handlers),
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
        });

    private static HttpClientFromMessageHandlerFactory Handlers(IHttpMessageHandlerFactory handlers) =>
        new(_ => new HttpClientFromMessageHandlerFactory.ConfiguredHttpMessageHandler(handlers.CreateHandler(HttpName), false, false));

    [GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial Regex ErrorCode();

    /// <summary>The two kinds of Google's credentials have no common way to ask for another token.</summary>
    private sealed record ServiceOrUser(ITokenAccess Access, Func<CancellationToken, Task> RenewAsync);
}
