using System.Reflection;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Samples;

/// <summary>
/// Creates an instance of any contract type in which every member differs from its default, so that a
/// member that is lost on the wire is noticed.
/// </summary>
internal sealed class ObjectFiller
{
    private static readonly NullabilityInfoContext Nullability = new();
    private readonly bool _omitNullable;
    private int _next;

    private ObjectFiller(bool omitNullable) => _omitNullable = omitNullable;

    /// <summary>An instance with every member set.</summary>
    public static object Full(Type type) => new ObjectFiller(omitNullable: false).Create(type, null);

    /// <summary>An instance with every nullable member null.</summary>
    public static object Sparse(Type type) => new ObjectFiller(omitNullable: true).Create(type, null);

    private object Create(Type type, object? defaultValue)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare.IsEnum)
            return Enum.GetValues(bare).Cast<object>().First(value => !value.Equals(defaultValue ?? Enum.ToObject(bare, 0)));
        if (Scalar(bare, defaultValue) is { } scalar)
            return scalar;
        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return CreateList(bare.GetGenericArguments()[0]);
        if (bare == typeof(IReadOnlyDictionary<string, string>))
            return new Dictionary<string, string>(StringComparer.Ordinal) { [Text()] = Text() };
        if (bare.IsAbstract)
            return Create(MessageTypes.DerivedOf(bare)[0].Type, null);
        return CreateRecord(bare);
    }

    private object? Scalar(Type type, object? defaultValue)
    {
        _next++;
        if (type == typeof(bool))
            return defaultValue is not true;
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

    private object CreateList(Type element)
    {
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        list.Add(Create(element, null));
        list.Add(Create(element, null));
        return list;
    }

    private object CreateRecord(Type type)
    {
        var constructor = type.GetConstructors().Single();
        var instance = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            _omitNullable && Nullability.Create(parameter).WriteState == NullabilityState.Nullable ? null : Create(parameter.ParameterType, null))]);
        var given = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && !given.Contains(property.Name)))
            property.SetValue(instance, _omitNullable && Nullability.Create(property).WriteState == NullabilityState.Nullable
                ? null
                : Create(property.PropertyType, property.GetValue(instance)));
        return instance;
    }

    private string Text() => $"text-{_next++}";
}
