package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.EventStreamReader;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/**
 * The files of this package's tests: what is translated, and what became of it. Written anew with
 * {@code -Dtranslate.golden.write=true}, to be read before they are kept.
 */
final class Transcripts {
    private static final Path ROOT = Path.of("src/test/resources/dev/mcpgateway/connectors/model/translate");
    private static final int INDENT_DEPTH = 4;

    private Transcripts() {}

    static final StateKey KEY = new StateKey("a key of thirty-two bytes for us".getBytes(StandardCharsets.US_ASCII));

    static final Served SERVED = new Served("c1", "google", "model-1", 1_700_000_000, true);

    static Served served(ModelApi upstream) {
        return switch (upstream) {
            case CHAT_COMPLETIONS -> new Served("c1", "acme", "model-1", 1_700_000_000, true);
            case MESSAGES -> new Served("c1", "anthropic", "model-1", 1_700_000_000, true);
            case GENERATE_CONTENT -> SERVED;
            case CONVERSE -> new Served("c1", "bedrock-amazon", "model-1", 1_700_000_000, true);
            default -> throw new AssertionError();
        };
    }

    static List<String> names(String folder, String suffix) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .sorted()
                    .toList();
            Assertions.assertThat(names).isNotEmpty();
            return names;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static byte[] read(String file) {
        try {
            return Files.readAllBytes(ROOT.resolve(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static List<Event> events(byte[] stream) {
        try {
            List<Event> events = new ArrayList<>();
            EventStreamReader reader = new EventStreamReader(new ByteArrayInputStream(stream), 1 << 20);
            for (Event event = reader.next(); event != null; event = reader.next()) {
                events.add(event);
            }
            return events;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String folder(ModelApi protocol) {
        return switch (protocol) {
            case CHAT_COMPLETIONS -> "chat";
            case GENERATE_CONTENT -> "gemini";
            default -> protocol.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Compares with the kept file, or writes it. */
    static void compare(String file, String actual) {
        try {
            if (Boolean.getBoolean("translate.golden.write")) {
                Files.createDirectories(ROOT.resolve(file).getParent());
                Files.writeString(ROOT.resolve(file), actual);
            }
            Assertions.assertThat(actual).as(file).isEqualTo(Files.readString(ROOT.resolve(file)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Breaks a JSON text into lines without touching a value. */
    static String lines(byte[] json) {
        StringBuilder lines = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        String text = new String(json, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                lines.append(c);
                if (c == '\\') {
                    lines.append(text.charAt(++i));
                } else {
                    quoted = c != '"';
                }
                continue;
            }
            quoted = c == '"';
            depth -= c == '}' || c == ']' ? 1 : 0;
            lines.append(c);
            depth += c == '{' || c == '[' ? 1 : 0;
            boolean breaks = c == ',' || c == '{' || c == '[';
            if (breaks && depth <= INDENT_DEPTH) {
                lines.append('\n').append(" ".repeat(depth));
            }
        }
        return lines.append('\n').toString();
    }

    static String told(List<Told> told) {
        StringBuilder lines = new StringBuilder();
        told.forEach(each ->
                lines.append(each.pointer()).append(": ").append(each.why()).append('\n'));
        return lines.toString();
    }
}
