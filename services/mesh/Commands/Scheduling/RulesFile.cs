using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Host.Documents;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>Documents of placement rules on this machine.</summary>
internal static class RulesFile
{
    /// <summary>A document's rules.</summary>
    /// <exception cref="CliException">Something is wrong with the document; everything is told.</exception>
    public static PlacementRules Read(string path, string text)
    {
        var (rules, errors) = RulesText.Read(text);
        return rules ?? throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", errors.Select(error => FormatDiagnostic(path, error)))}");
    }

    /// <summary>A fault as compilers tell theirs, so that editors find the place.</summary>
    public static string FormatDiagnostic(string path, DocumentDiagnostic error) => DocumentFile.FormatDiagnostic(path, error.Line, error.Field, error.Message);

    /// <summary>How many rules of each kind.</summary>
    public static string Count(PlacementRules rules) =>
        $"host affinity {rules.HostAffinity.Count}, machine affinity {rules.VmAffinity.Count}, taints {rules.Taints.Count}, networks {rules.Networks.Count}";
}
