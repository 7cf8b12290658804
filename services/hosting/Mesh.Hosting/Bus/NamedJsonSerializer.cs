using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace Mesh.Hosting.Bus;

/// <summary>MassTransit's raw JSON, except that the header with the message's type holds the names of <see cref="MessageNames"/>.</summary>
internal sealed class NamedJsonSerializer(RawSerializerOptions options) : SystemTextJsonRawMessageSerializer(options), IMessageDeserializer, ISerializerFactory
{
    ContentType ISerializerFactory.ContentType => ContentType;

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    ConsumeContext IMessageDeserializer.Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, new NamedHeaders(receiveContext.TransportHeaders), receiveContext.InputAddress));

    SerializerContext IMessageDeserializer.Deserialize(MessageBody body, Headers headers, Uri? destinationAddress) =>
        Deserialize(body, new NamedHeaders(headers), destinationAddress);

    protected override void SetRawMessageHeaders(SendContext context)
    {
        base.SetRawMessageHeaders(context);
        if (context.SupportedMessageTypes is { Length: > 0 } types)
            context.Headers.Set(MessageHeaders.MessageType, MessageNames.ToHeader(types));
    }

    /// <summary>The headers of a received message, with its type as MassTransit knows it.</summary>
    private sealed class NamedHeaders(Headers headers) : Headers
    {
        public IEnumerable<KeyValuePair<string, object>> GetAll() => headers.GetAll();

        public IEnumerator<HeaderValue> GetEnumerator() => headers.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
        {
            if (!headers.TryGetHeader(key, out value))
                return false;
            if (key == MessageHeaders.MessageType && value is string names)
                value = MessageNames.FromHeader(names);
            return true;
        }

        public T? Get<T>(string key, T? defaultValue = null)
            where T : class => headers.Get(key, defaultValue);

        public T? Get<T>(string key, T? defaultValue = null)
            where T : struct => headers.Get(key, defaultValue);
    }
}
