using System.Globalization;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>How much time a processor may use in each period, both in microseconds.</summary>
/// <param name="Microseconds">The time; <see cref="Unlimited"/> for all of it.</param>
/// <param name="PeriodMicroseconds">The period; 100 ms unless somebody set another.</param>
internal sealed record CgroupCpuQuota(long Microseconds, long PeriodMicroseconds)
{
    public const long Unlimited = -1;
}

/// <summary>The kernel's control group of one virtual processor, in either version of control groups.</summary>
internal sealed class VcpuCgroup
{
    private const string NoLimit = "max";

    private readonly string _path;
    private readonly bool _isVersion2;

    private VcpuCgroup(string path, bool isVersion2) => (_path, _isVersion2) = (path, isVersion2);

    private string Version2File => Path.Combine(_path, "cpu.max");

    private string QuotaFile => Path.Combine(_path, "cpu.cfs_quota_us");

    private string PeriodFile => Path.Combine(_path, "cpu.cfs_period_us");

    /// <summary>The group in a directory; null if that is none with a quota.</summary>
    public static VcpuCgroup? TryOpen(string path)
    {
        var (first, second) = (new VcpuCgroup(path, isVersion2: false), new VcpuCgroup(path, isVersion2: true));
        if (File.Exists(second.Version2File))
            return second;
        return File.Exists(first.QuotaFile) ? first : null;
    }

    /// <exception cref="IOException">It has gone.</exception>
    public CgroupCpuQuota Read()
    {
        if (!_isVersion2)
            return new CgroupCpuQuota(ParseNumber(File.ReadAllText(QuotaFile)), ParseNumber(File.ReadAllText(PeriodFile)));
        var words = File.ReadAllText(Version2File).Split(' ', StringSplitOptions.TrimEntries);
        return new CgroupCpuQuota(words[0] == NoLimit ? CgroupCpuQuota.Unlimited : ParseNumber(words[0]), ParseNumber(words[1]));
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

    private static long ParseNumber(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
