package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An upstream that is not asked what it offers: that stands in a file, one JSON object with the members of the results of
 * {@code tools/list} and the other lists, whole. For servers that answer nobody but their users. Calls go to the upstream
 * as ever, and it may refuse what the file promises.
 *
 * <p>The file is read anew whenever the lists are asked for; one that cannot be used is a fault, as an upstream is that is
 * down.
 */
public final class WrittenOffer implements McpUpstream {
    private final McpUpstream upstream;
    private final Path file;

    /** Wraps an upstream, which it owns from now on. The file is not read yet. */
    public WrittenOffer(McpUpstream upstream, Path file) {
        this.upstream = upstream;
        this.file = file;
    }

    @Override
    public String alias() {
        return upstream.alias();
    }

    @Override
    public Offer offer() throws UpstreamFault {
        byte[] json = read();
        try {
            JsonDocument document =
                    StrictJson.parse(json, JsonLimits.forReplies(OfferPages.PAGE_BYTES_MAX, OfferPages.PAGE_DEPTH_MAX));
            if (!document.is(JsonDocument.ROOT, Kind.OBJECT)) {
                throw unusable("it is no JSON object");
            }
            if (Arrays.stream(FeatureList.values())
                    .allMatch(list -> document.member(JsonDocument.ROOT, list.member()) == JsonDocument.NONE)) {
                throw unusable("it has none of tools, prompts, resources and resourceTemplates");
            }
            return OfferPages.written(document);
        } catch (JsonRefused refused) {
            throw unusable("it is no strict JSON of at most " + OfferPages.PAGE_BYTES_MAX + " bytes");
        }
    }

    private byte[] read() throws UpstreamFault {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(OfferPages.PAGE_BYTES_MAX + 1);
        } catch (NoSuchFileException missing) {
            throw unusable("it does not exist: create it or correct the path");
        } catch (IOException unreadable) {
            throw unusable("it cannot be read (" + unreadable.getClass().getSimpleName() + "): check owner and mode");
        }
    }

    private UpstreamFault unusable(String why) {
        return new UpstreamFault("the file of its lists, " + file + ", cannot be used: " + why);
    }

    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener listener) {
        return upstream.call(call, listener);
    }

    @Override
    public UpstreamStatus status() {
        return upstream.status();
    }

    @Override
    public void onOfferChanged(Runnable listener) {
        upstream.onOfferChanged(listener);
    }

    @Override
    public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        return upstream.watch(uri, principal, credential, updated);
    }

    @Override
    public void close() {
        upstream.close();
    }
}
