namespace Mesh.Contracts.Scheduling;

/// <summary>How a label is compared.</summary>
public enum LabelOperator
{
    /// <summary>It is one of the values.</summary>
    In,

    /// <summary>It is none of the values, or is not there.</summary>
    NotIn,

    /// <summary>It is there.</summary>
    Exists,

    /// <summary>It is not there.</summary>
    DoesNotExist,

    /// <summary>It is a whole number larger than the value.</summary>
    GreaterThan,

    /// <summary>It is a whole number smaller than the value.</summary>
    LessThan,
}
