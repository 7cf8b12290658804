namespace Mesh.Agent.Libvirt;

/// <summary>A libvirt call failed. Carries libvirt's error (<c>virGetLastError</c> on the calling thread).</summary>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(string call, LibvirtError? error)
        : base($"{call}: {error?.Text ?? "failed, and libvirt gave no reason"}")
    {
        Call = call;
        RawCode = error?.Code ?? 0;
        RawDomain = error?.Domain ?? 0;
        Level = (LibvirtErrorLevel)(error?.Level ?? 0);
        Text = error?.Text ?? "";
    }

    /// <summary>The libvirt function that failed, such as <c>virDomainLookupByName</c>.</summary>
    public string Call { get; }

    /// <summary>What went wrong; a value without a name when <see cref="LibvirtErrorCode"/> does not list it.</summary>
    public LibvirtErrorCode Code => (LibvirtErrorCode)RawCode;

    /// <summary>The number of <see cref="Code"/>, a <c>virErrorNumber</c>; 0 when libvirt gave no reason.</summary>
    public int RawCode { get; }

    /// <summary>
    /// Which part of libvirt raised the error; a value without a name when <see cref="LibvirtErrorDomain"/> does not list it.
    /// </summary>
    public LibvirtErrorDomain Domain => (LibvirtErrorDomain)RawDomain;

    /// <summary>The number of <see cref="Domain"/>, a <c>virErrorDomain</c>.</summary>
    public int RawDomain { get; }

    /// <summary>The severity that libvirt assigns to the error.</summary>
    public LibvirtErrorLevel Level { get; }

    /// <summary>libvirt's own text, without the name of the call; empty if it gave none.</summary>
    public string Text { get; }

    /// <summary>The error of the call that just failed on this thread. Nothing may call libvirt in between.</summary>
    internal static LibvirtException FromLastError(string call) => new(call, LibvirtError.ConsumeLast());

    /// <summary>libvirt's functions return a negative number when they fail.</summary>
    internal static int ThrowIfFailed(int result, string call) => result >= 0 ? result : throw FromLastError(call);

    /// <summary>Reads something optional; null if libvirt reports any error.</summary>
    internal static T? NullOnError<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (LibvirtException)
        {
            return null;
        }
    }

    /// <summary>Looks something up; null if libvirt reports that it does not exist.</summary>
    internal static T? NullIf<T>(LibvirtErrorCode absent, Func<T> lookUp)
        where T : class
    {
        try
        {
            return lookUp();
        }
        catch (LibvirtException e) when (e.Code == absent)
        {
            return null;
        }
    }
}
