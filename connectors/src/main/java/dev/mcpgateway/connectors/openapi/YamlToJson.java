package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.openapi.BoundedBytes.Full;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Writes one YAML document as JSON, event by event, so that the one strict reader reads both and repeated keys are found
 * there. Plain words are what the JSON schema of YAML 1.2 says; numbers keep their digits. An alias is written out as what
 * it stands for: a file that multiplies itself by aliases runs into the bound of the text.
 */
final class YamlToJson {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final String TEXT_TAG = "tag:yaml.org,2002:str";
    private static final String MERGE = "<<";

    private final BoundedBytes out;
    private final int depthMax;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<Anchor, Span> anchored = new HashMap<>();

    /** An open mapping or sequence. */
    private static final class Level {
        private final boolean mapping;
        private final int start;
        private final @Nullable Anchor anchor;
        private long items;

        Level(boolean mapping, int start, @Nullable Anchor anchor) {
            this.mapping = mapping;
            this.start = start;
            this.anchor = anchor;
        }

        boolean awaitsKey() {
            return mapping && items % 2 == 0;
        }
    }

    private record Span(int start, int end) {}

    private YamlToJson(int bytesMax, int depthMax) {
        this.out = new BoundedBytes(bytesMax);
        this.depthMax = depthMax;
    }

    /**
     * The document as JSON.
     *
     * @throws DescriptionRefused if it is not one YAML document that JSON can say
     */
    static byte[] convert(byte[] yaml, int bytesMax, int depthMax) throws DescriptionRefused {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(bytesMax).build();
        InputStreamReader text = new InputStreamReader(
                new ByteArrayInputStream(yaml),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        YamlToJson writer = new YamlToJson(bytesMax, depthMax);
        try {
            writer.write(new ParserImpl(settings, new StreamReader(settings, text)));
            return writer.out.toBytes();
        } catch (MarkedYamlEngineException syntax) {
            throw new DescriptionRefused("it is malformed YAML"
                    + syntax.getProblemMark().map(YamlToJson::place).orElse(""));
        } catch (YamlEngineException other) {
            throw new DescriptionRefused("it is malformed YAML, or not UTF-8");
        } catch (Full full) {
            throw new DescriptionRefused("it is longer than " + bytesMax + " bytes when its aliases are written out");
        }
    }

    private static String place(Mark mark) {
        return " at line " + (mark.getLine() + 1);
    }

    private void write(Iterator<Event> events) throws Full, DescriptionRefused {
        int documents = 0;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    if (++documents > 1) {
                        throw refused("a second document", event);
                    }
                }
                case MappingStart, SequenceStart -> open((CollectionStartEvent) event);
                case MappingEnd, SequenceEnd -> close();
                case Scalar -> scalar((ScalarEvent) event);
                case Alias -> alias((AliasEvent) event);
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {
                    // frames without content
                }
            }
        }
    }

    private void open(CollectionStartEvent event) throws Full, DescriptionRefused {
        boolean mapping = event.getEventId() == Event.ID.MappingStart;
        refuseTag(event.getTag(), event);
        separate(event);
        if (levels.size() == depthMax) {
            throw refused("nesting deeper than " + depthMax + " levels", event);
        }
        levels.push(new Level(mapping, out.size(), event.getAnchor().orElse(null)));
        out.json(mapping ? "{" : "[");
    }

    private void close() throws Full {
        Level level = levels.pop();
        out.json(level.mapping ? "}" : "]");
        remember(level.anchor, level.start);
    }

    private void scalar(ScalarEvent event) throws Full, DescriptionRefused {
        boolean text = !event.isPlain()
                || event.getTag()
                        .filter(tag -> tag.equals(TEXT_TAG) || tag.equals("!"))
                        .isPresent();
        if (!text) {
            refuseTag(event.getTag(), event);
        }
        Level level = levels.peek();
        boolean key = level != null && level.awaitsKey();
        if (key && event.isPlain() && event.getValue().equals(MERGE)) {
            throw refused("a merge key, which YAML 1.2 does not have", event);
        }
        boolean asText = text || key;
        if (!key) {
            separate(event);
        } else if (level != null && level.items++ > 0) {
            out.json(",");
        }
        int start = out.size();
        if (asText) {
            out.string(event.getValue());
        } else {
            word(event.getValue());
        }
        remember(event.getAnchor().orElse(null), start);
    }

    private void word(String word) throws Full {
        switch (word) {
            case "", "~", "null", "Null", "NULL" -> out.json("null");
            case "true", "True", "TRUE" -> out.json("true");
            case "false", "False", "FALSE" -> out.json("false");
            default -> {
                if (NUMBER.matcher(word).matches()) {
                    out.json(word);
                } else {
                    out.string(word);
                }
            }
        }
    }

    private void alias(AliasEvent event) throws Full, DescriptionRefused {
        Level level = levels.peek();
        if (level != null && level.awaitsKey()) {
            throw refused("an alias as a key", event);
        }
        Span span = anchored.get(event.getAlias());
        if (span == null) {
            throw refused("an alias inside what it stands for", event);
        }
        separate(event);
        out.copy(span.start(), span.end());
    }

    /** Comma or colon before a value. */
    private void separate(Event event) throws Full, DescriptionRefused {
        Level level = levels.peek();
        if (level == null) {
            return;
        }
        if (level.awaitsKey()) {
            throw refused("a key that is no scalar", event);
        }
        if (level.mapping) {
            out.json(":");
        } else if (level.items > 0) {
            out.json(",");
        }
        level.items++;
    }

    private void remember(@Nullable Anchor anchor, int start) {
        if (anchor != null) {
            anchored.put(anchor, new Span(start, out.size()));
        }
    }

    private static void refuseTag(Optional<String> tag, Event event) throws DescriptionRefused {
        if (tag.isPresent()) {
            throw refused("a tag", event);
        }
    }

    private static DescriptionRefused refused(String what, Event event) {
        return new DescriptionRefused(
                "it has " + what + event.getStartMark().map(YamlToJson::place).orElse(""));
    }
}
