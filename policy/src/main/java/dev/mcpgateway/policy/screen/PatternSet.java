package dev.mcpgateway.policy.screen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Rules for screening, compiled. Immutable and safe for use by many threads.
 *
 * <p>A pack is a YAML file: {@code pack} (its name), {@code version}, and {@code rules}, each with {@code id},
 * {@code revision}, {@code weight}, optionally {@code places}, and either {@code oddity} with {@code min} or
 * {@code literals}, {@code span} and {@code regex}. Expressions are written for normalised text, in lower case and with
 * single blanks.
 */
public final class PatternSet {

    private static final String SHIPPED = "patterns.yaml";

    private final String name;
    private final int version;
    private final String sha256;
    private final List<PatternRule> rules;
    private final LiteralAutomaton automaton;
    private final int[][] rulesOfLiteral;
    private final LookAlikes lookAlikes = new LookAlikes();

    private PatternSet(PackReader.Pack pack, String sha256) {
        this.name = pack.name();
        this.version = pack.version();
        this.sha256 = sha256;
        this.rules = List.copyOf(pack.rules());
        List<String> literals = new ArrayList<>();
        Set<String> atWordStart = new HashSet<>();
        List<int[]> owners = new ArrayList<>();
        PackReader.literals(rules).forEach((literal, ofRules) -> {
            literals.add(literal);
            owners.add(ofRules.stream().mapToInt(Integer::intValue).toArray());
            if (ofRules.stream().allMatch(rule -> regex(rule).atWordStart())) {
                atWordStart.add(literal);
            }
        });
        this.automaton = new LiteralAutomaton(literals, atWordStart);
        this.rulesOfLiteral = owners.toArray(int[][]::new);
    }

    /** The pack that ships with the product: the one resource this module loads from the class path. */
    public static PatternSet shipped() {
        try (InputStream pack = PatternSet.class.getResourceAsStream(SHIPPED)) {
            if (pack == null) {
                throw new IllegalStateException(SHIPPED + " is missing beside " + PatternSet.class.getName());
            }
            return parse(pack.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The pack in {@code pack}; throws {@link IllegalArgumentException} that names every problem, one a line. */
    public static PatternSet parse(byte[] pack) {
        byte[] bytes = pack.clone();
        return new PatternSet(PackReader.read(SHIPPED, bytes), sha256(bytes));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** Name of the pack. */
    public String name() {
        return name;
    }

    /** Version of the pack. */
    public int version() {
        return version;
    }

    /** SHA-256 of the pack's bytes, lower-case hexadecimal. */
    public String sha256() {
        return sha256;
    }

    /** Ids of the rules, in the pack's order. */
    public List<String> ruleIds() {
        return rules.stream().map(PatternRule::id).toList();
    }

    List<PatternRule> rules() {
        return rules;
    }

    /** The expression of a rule that owns a literal. */
    PatternRule.Match.Regex regex(int rule) {
        return (PatternRule.Match.Regex) rules.get(rule).match();
    }

    LiteralAutomaton automaton() {
        return automaton;
    }

    int[] rulesOfLiteral(int literal) {
        return rulesOfLiteral[literal];
    }

    LookAlikes lookAlikes() {
        return lookAlikes;
    }
}
