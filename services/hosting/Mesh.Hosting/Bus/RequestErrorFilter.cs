using MassTransit;

namespace Mesh.Hosting.Bus;

/// <summary>
/// Keeps a message out of the error queue that could only not be handled because another service was asked in vain. Whoever sent it is told
/// so by then, and asks again; nothing is wrong with the message, and to try it once more takes longer than its sender waits.
/// </summary>
internal sealed class RequestErrorFilter : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) =>
        context.Exception is BusRequestException ? Task.CompletedTask : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("unanswered");
}
