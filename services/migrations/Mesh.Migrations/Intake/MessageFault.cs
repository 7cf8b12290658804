namespace Mesh.Migrations.Intake;

/// <summary>What is wrong with a message.</summary>
/// <param name="Field">The member, such as <c>capacity.logicalCpus</c>; empty for the message itself.</param>
/// <param name="Reason">What is wrong with it, and what is accepted.</param>
public sealed record MessageFault(string Field, string Reason)
{
    private const int LengthMax = 300;

    /// <summary>The same fault of a member of another one.</summary>
    public MessageFault Within(string path) => this with { Field = Field.Length == 0 ? path : Field[0] == '[' ? path + Field : $"{path}.{Field}" };

    /// <summary>The fault in one sentence of bounded length, such as <c>vms[3].vCpus is -4; 1 to 4096 is accepted</c>.</summary>
    public override string ToString()
    {
        var text = $"{(Field.Length == 0 ? "it" : Field)} {Reason}";
        return text.Length <= LengthMax ? text : $"{text[..LengthMax]}…";
    }
}
