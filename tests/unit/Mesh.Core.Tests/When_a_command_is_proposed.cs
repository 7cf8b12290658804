namespace Mesh.Core.Tests;

public sealed class When_a_command_is_proposed
{
    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("a.b_c:d/e@f=g,h+i%", "a.b_c:d/e@f=g,h+i%")]
    [InlineData("", "''")]
    [InlineData("R&D server", "'R&D server'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$(reboot)", "'$(reboot)'")]
    [InlineData("grün", "'grün'")]
    [InlineData("two\nlines", @"$'two\u000alines'")]
    [InlineData("it's\ta\\b", @"$'it\'s\u0009a\\b'")]
    public void A_value_is_one_word_of_the_shell(string value, string quoted) => ShellText.Quote(value).ShouldBe(quoted);

    [Theory]
    [InlineData("R&D 'server' $HOME `x` \"y\" \\ *")]
    [InlineData("two\nlines\tand 'quotes'")]
    public async Task A_shell_reads_it_as_it_was(string value)
    {
        var start = new System.Diagnostics.ProcessStartInfo("bash", ["-c", $"printf %s {ShellText.Quote(value)}"]) { UseShellExecute = false, RedirectStandardOutput = true, Environment = { ["LC_ALL"] = "C.UTF-8" } };
        using var shell = System.Diagnostics.Process.Start(start)!;
        (await shell.StandardOutput.ReadToEndAsync()).ShouldBe(value);
    }
}
