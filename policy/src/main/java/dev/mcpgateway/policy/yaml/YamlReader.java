package dev.mcpgateway.policy.yaml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one YAML file into a tree with positions, or says everything that is wrong with it. The accepted language is
 * described in {@link dev.mcpgateway.policy.yaml}.
 *
 * <p>A syntax error ends the file; all other faults (anchors, repeated keys, unclear words, …) are collected to its end.
 */
public final class YamlReader {

    /** Bytes of one file: a policy of 10,000 rules fits, a bomb does not. */
    public static final int BYTES_MAX = 1024 * 1024;

    /** Levels of nesting: the deepest documented key needs 6. */
    public static final int DEPTH_MAX = 32;

    private YamlReader() {}

    /** Reads {@code bytes}; {@code file} is the name that problems carry and nothing is opened by it. */
    public static YamlRead read(String file, byte[] bytes) {
        Position start = Position.wholeFile(file);
        if (bytes.length > BYTES_MAX) {
            return refused(start, "the file has more than " + BYTES_MAX + " bytes", "Split it");
        }
        if (startsWithByteOrderMark(bytes)) {
            return refused(start, "the file starts with a byte order mark", "Save it as UTF-8 without one");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return refused(start, "the file is not UTF-8", "Save it as UTF-8");
        }
        return parse(file, text);
    }

    private static YamlRead parse(String file, String text) {
        Problems problems = new Problems();
        TreeBuilder builder = new TreeBuilder(file, problems);
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(file).build();
            YamlNode root = builder.build(new ParserImpl(settings, new StreamReader(settings, text)));
            return problems.isEmpty() ? new YamlRead.Tree(root) : new YamlRead.Refused(problems.list());
        } catch (TreeBuilder.Stopped alreadyReported) {
            return new YamlRead.Refused(problems.list());
        } catch (MarkedYamlEngineException syntax) {
            problems.add(
                    position(file, syntax), "the YAML is malformed: " + syntax.getProblem(), hint(syntax.getProblem()));
        } catch (ReaderException character) {
            problems.add(
                    position(file, text, character.getPosition()),
                    String.format("character U+%04X is not allowed", character.getCodePoint()),
                    "Write it as an escape in double quotes");
        } catch (YamlEngineException other) {
            problems.add(Position.wholeFile(file), "the YAML is malformed", "");
        }
        return new YamlRead.Refused(problems.list());
    }

    /** The parser names its own states; what was slipped on is nearly always one of these. */
    private static String hint(String problem) {
        if (problem.contains("block mapping start") || problem.contains("block end")) {
            return "Is the line indented like the others of its mapping, in this line or one before?";
        }
        if (problem.contains("(TAB)")) {
            return "Indent by blanks, not by tabs";
        }
        return problem.contains("mapping values are not allowed")
                ? "Is the line indented like the others of its mapping? A value with ': ' in it needs quotes"
                : "";
    }

    private static Position position(String file, MarkedYamlEngineException syntax) {
        Position whole = Position.wholeFile(file);
        return syntax.getProblemMark()
                .map((Mark mark) -> whole.at(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(whole);
    }

    private static Position position(String file, String text, int codePoints) {
        int line = 1;
        int column = 1;
        int end = text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
        for (int i = 0; i < end; i++) {
            boolean newLine = text.charAt(i) == '\n';
            line += newLine ? 1 : 0;
            column = newLine ? 1 : column + 1;
        }
        return Position.wholeFile(file).at(line, column);
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
    }

    private static YamlRead refused(Position position, String message, String hint) {
        return new YamlRead.Refused(List.of(new Problem(position, message, hint)));
    }
}
