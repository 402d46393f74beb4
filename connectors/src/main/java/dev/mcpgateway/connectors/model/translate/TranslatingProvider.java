package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelCall;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.connectors.model.Probe;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A provider that also takes requests in protocols that it does not speak: they are translated on their way to it, and its
 * answers on their way back. What it speaks itself passes as it is, but for the reasoning state of other providers, which is
 * taken out, and for the limit of tokens, which goes under the name that it knows. What an answer says of itself stays what
 * the provider said.
 */
public final class TranslatingProvider implements ModelProvider {
    private static final String VERSION = "anthropic-version";
    private static final String VERSION_SPOKEN = "2023-06-01";

    /** An error of its bill is as little the agent's as one of its key. */
    private static final int PAYMENT_REQUIRED = 402;

    /** A model's own failure at Bedrock; SDKs take it for the agent's. */
    private static final int FAILED_DEPENDENCY = 424;

    private final ModelProvider provider;
    private final Function<String, Translation> translations;
    private final StateKey key;
    private final Supplier<String> ids;
    private final InstantSource clock;

    /**
     * Wraps a provider.
     *
     * @param provider who is asked; closed with this one
     * @param translations how requests are brought to a model, by the provider's name of it
     * @param key seals reasoning state that agents keep; what it sealed for one provider it opens for all
     * @param ids makes ids for what the provider gives none: letters, digits, dash and underscore
     */
    public TranslatingProvider(
            ModelProvider provider,
            Function<String, Translation> translations,
            StateKey key,
            Supplier<String> ids,
            InstantSource clock) {
        this.provider = provider;
        this.translations = translations;
        this.key = key;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public String vendor() {
        return provider.vendor();
    }

    @Override
    public Optional<HttpOrigin> origin() {
        return provider.origin();
    }

    @Override
    public boolean serves(ModelApi api, String model) {
        Translation translation = translations.apply(model);
        return passes(api, model, translation) || Translator.isOffered(api, translation.upstream());
    }

    /** Whether such requests are its own. Not every server that speaks chat completions has Responses. */
    private boolean passes(ModelApi api, String model, Translation translation) {
        return provider.serves(api, model)
                && (api != ModelApi.RESPONSES || translation.features().contains(Feature.RESPONSES));
    }

    @Override
    public Probe probe(UpstreamCredential key) {
        return provider.probe(key);
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        return provider.leavesOut(headers);
    }

    @Override
    public ModelReply send(ModelCall call) {
        ModelApi api = call.request().api();
        Translation translation = translations.apply(call.target());
        return passes(api, call.target(), translation) ? passed(call, translation) : translated(call, translation);
    }

    private ModelReply passed(ModelCall call, Translation translation) {
        ModelRequest request = call.request();
        JsonDocument body = request.body();
        List<String> dropped = new ArrayList<>();
        ForeignState foreign = ForeignState.in(request.api(), body, !mayBeGoogles(translation));
        if (!foreign.places().isEmpty()) {
            dropped.addAll(foreign.places());
            body = written(foreign.without());
        }
        boolean knowsNewer = translation.features().contains(Feature.MAX_COMPLETION_TOKENS);
        if (OutputLimit.isMisnamed(request.api(), body, knowsNewer)) {
            dropped.addAll(OutputLimit.TOLD);
            body = written(OutputLimit.renamed(body));
        }
        if (dropped.isEmpty()) {
            return provider.send(call);
        }
        ModelRequest edited = new ModelRequest(request.api(), body, request.model(), request.streamed());
        return telling(provider.send(call.with(edited, call.headers())), dropped);
    }

    /** Google's own chat endpoint is a compatible server like others, and its signatures are its own. */
    private static boolean mayBeGoogles(Translation translation) {
        return translation.owner().equals(Translation.ANY_CHAT);
    }

    private static ModelReply telling(ModelReply reply, List<String> dropped) {
        return switch (reply) {
            case ModelReply.Whole whole ->
                new ModelReply.Whole(whole.body(), whole.requestId(), whole.facts(), dropped);
            case ModelReply.Streaming(ModelStream stream) ->
                new ModelReply.Streaming(new TellingStream(stream, dropped));
            case ModelReply.Failed failed -> failed;
        };
    }

    private ModelReply translated(ModelCall call, Translation translation) {
        Translator translator = Translator.between(call.request().api(), translation.upstream(), key);
        return switch (translator.request(call.request().body(), translation.target(call.target()))) {
            case RequestTranslation.Untranslatable(String pointer, String reason) ->
                new ModelReply.Failed(ModelFailure.of(
                        Cause.UNTRANSLATABLE, (pointer.isEmpty() ? "the body" : pointer) + ": " + reason));
            case RequestTranslation.Translated request -> {
                Served served = new Served(
                        ids.get(),
                        translation.owner(),
                        call.target(),
                        clock.instant().getEpochSecond(),
                        request.usageWanted());
                ModelRequest asked = new ModelRequest(
                        translation.upstream(), written(request.body()), call.target(), request.streamed());
                ModelReply reply = provider.send(call.with(asked, headers(call, translation)));
                yield back(reply, translator, served, Dropped.of("", request.told()));
            }
        };
    }

    /** Anthropic answers nobody who does not say which version of its protocol is meant. */
    private static Map<String, String> headers(ModelCall call, Translation translation) {
        Map<String, String> headers = new HashMap<>(call.headers());
        if (translation.upstream() == ModelApi.MESSAGES) {
            headers.put(VERSION, VERSION_SPOKEN);
        }
        return headers;
    }

    private static ModelReply back(
            ModelReply reply, Translator translator, Served served, List<String> droppedOfRequest) {
        return switch (reply) {
            case ModelReply.Whole whole ->
                switch (translator.reply(whole.body(), served)) {
                    case ReplyTranslation.Malformed(String pointer, String reason) ->
                        failed(Cause.UNREADABLE, whole, pointer + ": " + reason);
                    case ReplyTranslation.Erred(String reason) -> failed(Cause.PROVIDER_ERROR, whole, reason);
                    case ReplyTranslation.Translated translated ->
                        new ModelReply.Whole(
                                translated.body(),
                                whole.requestId(),
                                whole.facts(),
                                Dropped.both(droppedOfRequest, Dropped.of(Dropped.ANSWER, translated.told())));
                };
            case ModelReply.Streaming(ModelStream stream) ->
                TranslatedStream.open(stream, translator.stream(served), droppedOfRequest);
            case ModelReply.Failed(ModelFailure failure) -> new ModelReply.Failed(told(failure, translator));
        };
    }

    private static ModelReply failed(Cause cause, ModelReply.Whole whole, String detail) {
        return new ModelReply.Failed(
                new ModelFailure(cause, 0, new byte[0], 0, whole.requestId(), detail, whole.facts()));
    }

    /** What the provider answered keeps its status; its words are replaced by those of the agent's protocol. */
    private static ModelFailure told(ModelFailure failure, Translator translator) {
        boolean tells = failure.status() >= 400
                && failure.status() != PAYMENT_REQUIRED
                && failure.status() != FAILED_DEPENDENCY
                && failure.cause() != Cause.TIMED_OUT
                && failure.cause() != Cause.CREDENTIAL_REFUSED
                && failure.cause() != Cause.NOT_ENTITLED;
        TranslatedError error =
                failure.cause() == Cause.TOO_LONG ? translator.tooLong() : translator.error(failure.status());
        return new ModelFailure(
                failure.cause(),
                failure.status(),
                tells ? error.body() : new byte[0],
                failure.retryAfterSeconds(),
                failure.requestId(),
                failure.detail(),
                failure.facts());
    }

    /** What the gateway has written itself is of a request that was within all bounds, which may be wider than any here. */
    private static JsonDocument written(byte[] body) {
        int most = Math.max(1, body.length);
        try {
            return StrictJson.parse(body, new JsonLimits(most, most, most, most, most, true));
        } catch (JsonRefused impossible) {
            throw new IllegalStateException("a translation that is no JSON", impossible);
        }
    }

    @Override
    public void close() {
        provider.close();
    }
}
