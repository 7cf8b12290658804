using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>One reason for which a migration may not start.</summary>
/// <param name="Code">For programs; one of <see cref="RefusalCode"/>.</param>
/// <param name="Message">For people: what is wrong, where, and what would be accepted.</param>
public sealed record Refusal(RefusalCode Code, [property: Limits(0, MessageLimits.LongTextLengthMax)] string Message);
