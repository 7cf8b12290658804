using System.Globalization;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>How much time a processor may use in each period, both in microseconds.</summary>
/// <param name="Microseconds">The time; <see cref="Unlimited"/> for all of it.</param>
/// <param name="PeriodMicroseconds">The period; 100 ms unless somebody set another.</param>
internal sealed record CpuQuota(long Microseconds, long PeriodMicroseconds)
{
    public const long Unlimited = -1;
}

/// <summary>The kernel's control group of one virtual processor, in either version of control groups.</summary>
internal sealed class VcpuGroup
{
    private const string NoLimit = "max";

    private readonly string _path;
    private readonly bool _isVersion2;

    private VcpuGroup(string path, bool isVersion2) => (_path, _isVersion2) = (path, isVersion2);

    private string Version2File => Path.Combine(_path, "cpu.max");

    private string QuotaFile => Path.Combine(_path, "cpu.cfs_quota_us");

    private string PeriodFile => Path.Combine(_path, "cpu.cfs_period_us");

    /// <summary>The group in a directory; null if that is none with a quota.</summary>
    public static VcpuGroup? In(string path)
    {
        var (first, second) = (new VcpuGroup(path, isVersion2: false), new VcpuGroup(path, isVersion2: true));
        if (File.Exists(second.Version2File))
            return second;
        return File.Exists(first.QuotaFile) ? first : null;
    }

    /// <exception cref="IOException">It has gone.</exception>
    public CpuQuota Read()
    {
        if (!_isVersion2)
            return new CpuQuota(Number(File.ReadAllText(QuotaFile)), Number(File.ReadAllText(PeriodFile)));
        var words = File.ReadAllText(Version2File).Split(' ', StringSplitOptions.TrimEntries);
        return new CpuQuota(words[0] == NoLimit ? CpuQuota.Unlimited : Number(words[0]), Number(words[1]));
    }

    /// <summary>Changes the quota and leaves the period.</summary>
    /// <exception cref="IOException">It has gone.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public void Write(long microseconds)
    {
        var number = microseconds.ToString(CultureInfo.InvariantCulture);
        if (_isVersion2)
            File.WriteAllText(Version2File, microseconds < 0 ? NoLimit : number);
        else
            File.WriteAllText(QuotaFile, number);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
