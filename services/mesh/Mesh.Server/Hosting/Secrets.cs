using System.Data.Common;

namespace Mesh.Server.Hosting;

/// <summary>Masks passwords in output.</summary>
internal static class Secrets
{
    private const string Hidden = "***";

    public static string MaskPassword(string location)
    {
        if (location.StartsWith("postgres:", StringComparison.Ordinal))
            return "postgres:" + MaskConnectionString(location["postgres:".Length..]);
        if (Uri.TryCreate(location, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0)
            return new UriBuilder(uri) { Password = uri.UserInfo.Contains(':', StringComparison.Ordinal) ? Hidden : "" }.Uri.ToString();
        return location;
    }

    private static string MaskConnectionString(string connection)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            foreach (var key in (string[])["password", "pwd", "psw", "passfile", "sslpassword", "ssl password"])
                if (parts.ContainsKey(key))
                    parts[key] = Hidden;
            return parts.ConnectionString;
        }
        catch (ArgumentException)
        {
            return Hidden;
        }
    }
}
