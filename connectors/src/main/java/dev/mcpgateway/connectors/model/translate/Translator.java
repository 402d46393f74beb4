package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Translates between one protocol that agents speak and one that a provider speaks. Pure: no clock, no chance, no network;
 * the same input always makes the same bytes. Immutable.
 *
 * <p>No input makes it throw. What comes out is at most a small multiple of what came in.
 */
public final class Translator {
    private static final Set<ModelApi> INGRESSES =
            Set.of(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, ModelApi.RESPONSES);

    private static final Set<ModelApi> UPSTREAMS =
            Set.of(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, ModelApi.GENERATE_CONTENT, ModelApi.CONVERSE);

    private final ModelApi ingress;
    private final ModelApi upstream;
    private final StateKey key;

    private Translator(ModelApi ingress, ModelApi upstream, StateKey key) {
        this.ingress = ingress;
        this.upstream = upstream;
        this.key = key;
    }

    /**
     * The translator of a pair.
     *
     * @param key seals reasoning state that agents keep
     * @throws IllegalArgumentException if the two are one protocol, whose bytes are passed through, or the pair is not
     *     {@linkplain #isOffered offered}
     */
    public static Translator between(ModelApi ingress, ModelApi upstream, StateKey key) {
        if (!isOffered(ingress, upstream)) {
            throw new IllegalArgumentException("no translation from " + ingress + " to " + upstream);
        }
        return new Translator(ingress, upstream, key);
    }

    /** Whether there is a translation. */
    public static boolean isOffered(ModelApi ingress, ModelApi upstream) {
        return ingress != upstream && INGRESSES.contains(ingress) && UPSTREAMS.contains(upstream);
    }

    /** Translates an agent's request. */
    public RequestTranslation request(byte[] body, Target target) {
        try {
            return request(Node.ofRequest(body), target);
        } catch (Unfit unfit) {
            return new RequestTranslation.Untranslatable(unfit.pointer(), unfit.reason());
        }
    }

    /** Translates an agent's request that was read already, within whatever bounds. */
    public RequestTranslation request(JsonDocument body, Target target) {
        return request(Node.root(body), target);
    }

    private RequestTranslation request(Node root, Target target) {
        Losses losses = Losses.of(target);
        try {
            Ask ask = switch (ingress) {
                case CHAT_COMPLETIONS -> ChatAsk.read(root, losses);
                case MESSAGES -> MessagesAsk.read(root, losses, key);
                case RESPONSES -> ResponsesAsk.read(root, losses, key);
                default -> throw notOffered();
            };
            byte[] translated = switch (upstream) {
                case CHAT_COMPLETIONS -> ChatWriter.write(ask, target, losses);
                case MESSAGES -> MessagesWriter.write(root, ask, target, losses);
                case GENERATE_CONTENT -> GeminiWriter.write(ask, target, losses);
                case CONVERSE -> ConverseWriter.write(ask, target, losses);
                default -> throw notOffered();
            };
            losses.losePassedOver(root);
            return new RequestTranslation.Translated(translated, losses.told(), ask.streamed(), ask.usageWanted());
        } catch (Unfit unfit) {
            return new RequestTranslation.Untranslatable(unfit.pointer(), unfit.reason());
        }
    }

    /** Translates a provider's whole, successful reply. */
    public ReplyTranslation reply(byte[] body, Served served) {
        Losses losses = Losses.ofReply();
        Folded folded = new Folded();
        try {
            List<Piece> pieces = new ArrayList<>();
            source(served, losses).whole(Node.ofReply(body), pieces);
            pieces.forEach(new Sequence(folded::accept)::accept);
        } catch (Unfit unfit) {
            return new ReplyTranslation.Malformed(unfit.pointer(), unfit.reason());
        } catch (Failed failed) {
            return new ReplyTranslation.Erred(failed.fault().message());
        }
        byte[] translated = switch (ingress) {
            case CHAT_COMPLETIONS -> ChatSink.whole(folded, served);
            case MESSAGES -> MessagesSink.whole(folded, served, key);
            case RESPONSES -> ResponsesSink.whole(folded, served, key);
            default -> throw notOffered();
        };
        return new ReplyTranslation.Translated(
                translated, folded.model(), folded.usage(), folded.stop(), losses.told());
    }

    /** Begins to translate a provider's streamed reply. */
    public StreamTranslation stream(Served served) {
        Losses losses = Losses.ofReply();
        Sink sink = switch (ingress) {
            case CHAT_COMPLETIONS -> new ChatSink(served);
            case MESSAGES -> new MessagesSink(served, key);
            case RESPONSES -> new ResponsesSink(served, key);
            default -> throw notOffered();
        };
        return new StreamTranslation(source(served, losses), sink, losses);
    }

    /**
     * What an agent is told of a provider's answer that is an error. The provider's words stay out: they may hold keys, and
     * they speak of a request that the agent has not written.
     */
    public TranslatedError error(int status) {
        return error(Fault.ofStatus(status));
    }

    /** What an agent is told when its request does not fit into the model's context. */
    public TranslatedError tooLong() {
        return error(Fault.TOO_LONG);
    }

    private TranslatedError error(Fault fault) {
        return new TranslatedError(fault.status(), fault.toBytes(ingress));
    }

    /**
     * Whether a signature, or the data, of a thinking block stands for another provider's state. Such blocks must be taken
     * out of messages that are passed through: their provider would refuse them, and must not see them.
     */
    public static boolean isStateOfAnother(String signature) {
        return Seal.parts(signature).isPresent();
    }

    private Source source(Served served, Losses losses) {
        return switch (upstream) {
            case CHAT_COMPLETIONS -> new ChatSource(served, losses);
            case MESSAGES -> new MessagesSource(served, losses);
            case GENERATE_CONTENT -> new GeminiSource(served, losses);
            case CONVERSE -> new ConverseSource(served, losses);
            default -> throw notOffered();
        };
    }

    private static IllegalStateException notOffered() {
        return new IllegalStateException("not offered");
    }
}
