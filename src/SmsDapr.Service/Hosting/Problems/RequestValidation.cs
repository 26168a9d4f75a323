namespace SmsDapr.Service.Hosting.Problems;

/// <summary>Collects what is wrong with a request, by field in the API's spelling.</summary>
public sealed class RequestValidation
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public bool IsValid => _errors.Count == 0;

    public RequestValidation Add(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
            _errors[field] = messages = [];
        messages.Add(message);
        return this;
    }

    /// <summary>Records <paramref name="message"/> unless <paramref name="holds"/>.</summary>
    public RequestValidation Check(bool holds, string field, string message) => holds ? this : Add(field, message);

    internal Dictionary<string, string[]> ToErrors() =>
        _errors.ToDictionary(error => error.Key, error => error.Value.ToArray(), StringComparer.Ordinal);
}
