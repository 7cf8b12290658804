using System.Reflection;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Samples;

/// <summary>
/// Makes an instance of any contract type in which every member differs from what it would be if nobody set it, so that a
/// member that gets lost on the wire is noticed.
/// </summary>
internal sealed class ObjectFiller
{
    private static readonly NullabilityInfoContext Nullability = new();
    private readonly bool _leaveOutNullable;
    private int _next;

    private ObjectFiller(bool leaveOutNullable) => _leaveOutNullable = leaveOutNullable;

    /// <summary>An instance with every member set.</summary>
    public static object Full(Type type) => new ObjectFiller(leaveOutNullable: false).Make(type, null);

    /// <summary>An instance in which every member that may be null is.</summary>
    public static object Sparse(Type type) => new ObjectFiller(leaveOutNullable: true).Make(type, null);

    private object Make(Type type, object? unlike)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare.IsEnum)
            return Enum.GetValues(bare).Cast<object>().First(value => !value.Equals(unlike ?? Enum.ToObject(bare, 0)));
        if (Scalar(bare, unlike) is { } scalar)
            return scalar;
        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return MakeList(bare.GetGenericArguments()[0]);
        if (bare == typeof(IReadOnlyDictionary<string, string>))
            return new Dictionary<string, string>(StringComparer.Ordinal) { [Text()] = Text() };
        if (bare.IsAbstract)
            return Make(MessageTypes.DerivedOf(bare)[0].Type, null);
        return MakeRecord(bare);
    }

    private object? Scalar(Type type, object? unlike)
    {
        _next++;
        if (type == typeof(bool))
            return unlike is not true;
        if (type == typeof(int))
            return _next;
        if (type == typeof(long))
            return (long)_next;
        if (type == typeof(double))
            return _next + 0.5;
        if (type == typeof(string))
            return Text();
        if (type == typeof(TimeSpan))
            return TimeSpan.FromMilliseconds(1000 + _next);
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1)).AddSeconds(_next);
        if (type == typeof(VmId))
            return new VmId(new Guid(_next, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        if (type == typeof(Percent))
            return new Percent(_next % 99 + 1);
        if (type.GetConstructor([typeof(string)]) is { } ofText && type.IsValueType)
            return ofText.Invoke([Text()]);
        if (type.GetConstructor([typeof(long)]) is { } ofNumber && type.IsValueType)
            return ofNumber.Invoke([(long)_next]);
        return null;
    }

    private object MakeList(Type element)
    {
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        list.Add(Make(element, null));
        list.Add(Make(element, null));
        return list;
    }

    private object MakeRecord(Type type)
    {
        var constructor = type.GetConstructors().Single();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            _leaveOutNullable && Nullability.Create(parameter).WriteState == NullabilityState.Nullable ? null : Make(parameter.ParameterType, null))]);
        var given = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && !given.Contains(property.Name)))
            property.SetValue(made, _leaveOutNullable && Nullability.Create(property).WriteState == NullabilityState.Nullable
                ? null
                : Make(property.PropertyType, property.GetValue(made)));
        return made;
    }

    private string Text() => $"text-{_next++}";
}
