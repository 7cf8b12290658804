using System.ComponentModel.DataAnnotations;

namespace Mesh.Hosting.Store;

/// <summary>Where a service keeps its state; configuration section <c>Store</c>.</summary>
public sealed class StoreOptions : IValidatableObject
{
    /// <summary><c>sqlite:PATH</c>, or <c>postgres:CONNECTION</c> with an Npgsql connection string. Default: <c>sqlite:mesh.db</c>.</summary>
    [Required]
    public string Location { get; set; } = "sqlite:mesh.db";

    /// <summary>How long a handled message is remembered, so that a repetition is not handled again. 1 h to 1 year. Default: 7 days.</summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long ended migrations and their journals are kept. 1 day to 10 years, or zero to keep them for ever. Default: 90 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Location.StartsWith(SqlDialect.SqlitePrefix, StringComparison.Ordinal) && !Location.StartsWith(SqlDialect.PostgresPrefix, StringComparison.Ordinal))
            yield return new ValidationResult(
                $"store '{Location}' is neither {SqlDialect.SqlitePrefix}PATH nor {SqlDialect.PostgresPrefix}CONNECTION", [nameof(Location)]);
        if (InboxRetention < TimeSpan.FromHours(1) || InboxRetention > TimeSpan.FromDays(366))
            yield return new ValidationResult($"the inbox retention must be 1 h to 1 year, not {InboxRetention}", [nameof(InboxRetention)]);
        if (Retention != TimeSpan.Zero && (Retention < TimeSpan.FromDays(1) || Retention > TimeSpan.FromDays(3660)))
            yield return new ValidationResult($"Store:Retention is {Retention}; it must be 1 day to 10 years, or 0 to keep ended migrations for ever", [nameof(Retention)]);
    }
}
