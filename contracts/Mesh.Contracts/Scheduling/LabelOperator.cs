namespace Mesh.Contracts.Scheduling;

/// <summary>How a label is compared.</summary>
public enum LabelOperator
{
    /// <summary>The label is one of the values.</summary>
    In,

    /// <summary>The label is none of the values, or does not exist.</summary>
    NotIn,

    /// <summary>The label exists.</summary>
    Exists,

    /// <summary>The label does not exist.</summary>
    DoesNotExist,

    /// <summary>The label is an integer larger than the value.</summary>
    GreaterThan,

    /// <summary>The label is an integer smaller than the value.</summary>
    LessThan,
}
