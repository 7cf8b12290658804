using System.Text;
using Mesh.Hosting.Doctor;

namespace Mesh.Hosting.Tests.Doctor;

public sealed class When_a_message_has_failed
{
    [Theory]
    [InlineData("""{"host":"hosta","vms":[]}""", "host hosta")]
    [InlineData("""{"event":"jobEnded", "host" : "host-b.example", "vms":[""", "host host-b.example")]
    [InlineData("this is not JSON", "an unnamed sender")]
    [InlineData("""{"host":7}""", "an unnamed sender")]
    [InlineData("[]", "an unnamed sender")]
    public void Its_sender_is_read_from_it_as_far_as_it_is_legible(string body, string sender) =>
        FailedMessage.Read("q", Encoding.UTF8.GetBytes(body), "why", null).Sender.ShouldBe(sender);

    [Theory]
    [InlineData("thirteen is too many", "thirteen is too many")]
    [InlineData("'h' is an invalid start of a value. Path: $ | LineNumber: 0 | BytePositionInLine: 1.", "it is not JSON")]
    [InlineData(
        "The JSON value could not be converted to System.Int64. Path: $.vms[0].memory | LineNumber: 0 | BytePositionInLine: 91.",
        "field $.vms[0].memory has a value of another kind than expected")]
    [InlineData(
        "JSON deserialization for type 'Mesh.Contracts.Hosts.HostReport' was missing required properties including: 'host', 'vms'.",
        "required and missing: host, vms")]
    [InlineData("'-4' is out of range. Path: $.capacity | LineNumber: 3 | BytePositionInLine: 9.", "field $.capacity: '-4' is out of range.")]
    public void The_reason_names_the_field_and_no_type(string reason, string words) => FailedMessage.InPlainWords(reason).ShouldBe(words);

    [Fact]
    public void A_long_one_is_cut() => FailedMessage.Read("q", Encoding.UTF8.GetBytes(new string('x', 5000)), null, null).Content.Length.ShouldBe(2001);
}
