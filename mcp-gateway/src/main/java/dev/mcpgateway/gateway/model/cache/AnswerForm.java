package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelUsage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer as bytes, and back. The provider's id of the request is left out: it was another request's. So are uses of
 * tools and terms of service, since a kept answer has none. An answer that came
 * whole stays whole, and one that came in events stays in these.
 */
final class AnswerForm {
    private AnswerForm() {}

    static byte[] whole(byte[] body, ModelFacts facts) {
        return form(facts, false, List.of(new ModelEvent("", body, Mark.LAST)));
    }

    /** A stream whose last event is the last one of the list. */
    static byte[] stream(List<ModelEvent> events, ModelFacts facts) {
        return form(facts, true, events);
    }

    private static byte[] form(ModelFacts facts, boolean streamed, List<ModelEvent> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            text(out, facts.servedModel());
            text(out, facts.finishReason());
            ModelUsage usage = facts.usage();
            out.writeLong(usage.input());
            out.writeLong(usage.cacheRead());
            out.writeLong(usage.cacheWrite());
            out.writeLong(usage.cacheWriteHour());
            out.writeLong(usage.output());
            out.writeLong(usage.reasoning());
            medium(out, usage.audio());
            medium(out, usage.image());
            out.writeBoolean(streamed);
            out.writeInt(parts.size());
            for (ModelEvent part : parts) {
                text(out, part.type());
                part(out, part.data());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static ModelReply read(byte[] form) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(form))) {
            String served = text(in);
            String finish = text(in);
            ModelUsage usage = new ModelUsage(
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    medium(in),
                    medium(in));
            ModelFacts facts = new ModelFacts(served, finish, usage);
            boolean streamed = in.readBoolean();
            int count = in.readInt();
            List<ModelEvent> parts = new ArrayList<>(count);
            for (int each = 1; each <= count; each++) {
                parts.add(new ModelEvent(text(in), part(in), each == count ? Mark.LAST : Mark.OPEN));
            }
            return streamed
                    ? new ModelReply.Streaming(new KeptStream(parts, facts))
                    : new ModelReply.Whole(parts.getFirst().data(), "", facts);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void medium(DataOutputStream out, ModelUsage.Medium medium) throws IOException {
        out.writeLong(medium.input());
        out.writeLong(medium.cacheRead());
        out.writeLong(medium.output());
    }

    private static ModelUsage.Medium medium(DataInputStream in) throws IOException {
        return new ModelUsage.Medium(in.readLong(), in.readLong(), in.readLong());
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        part(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(part(in), StandardCharsets.UTF_8);
    }

    private static void part(DataOutputStream out, byte[] part) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }

    private static byte[] part(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
