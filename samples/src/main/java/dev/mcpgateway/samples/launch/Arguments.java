package dev.mcpgateway.samples.launch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The command line of a sample: {@code --name value} pairs. Reading an option marks it as known; {@link #done()}
 * reports everything that was wrong at once, so that nobody corrects a command line one error at a time.
 */
public final class Arguments {
    private static final int MAX_PORT = 65_535;

    private final Map<String, String> values = new LinkedHashMap<>();
    private final Set<String> known = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    private Arguments() {}

    /**
     * Splits {@code args} into pairs; what does not fit is kept as a problem for {@link #done()}.
     *
     * @param args the arguments of {@code main}
     */
    public static Arguments of(String... args) {
        Arguments arguments = new Arguments();
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            if (!name.startsWith("--")) {
                arguments.problems.add("'" + name + "' is not an option: options look like --name value");
            } else if (i + 1 == args.length) {
                arguments.problems.add(name + " has no value");
            } else if (arguments.values.putIfAbsent(name.substring(2), args[++i]) != null) {
                arguments.problems.add(name + " is given twice");
            }
        }
        return arguments;
    }

    /** The value of {@code --name}, or empty when the option is not there. */
    public Optional<String> text(String name) {
        known.add(name);
        return Optional.ofNullable(values.get(name));
    }

    /** A TCP port, 0 to 65535; 0, also the default, takes a free one. */
    public int port(String name) {
        return number(name, 0, 0, MAX_PORT);
    }

    /** A whole number in {@code [min, max]}; anything else is a problem and reads as {@code otherwise}. */
    public int number(String name, int otherwise, int min, int max) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below, with the range
        }
        problems.add("--" + name + " must be a whole number from " + min + " to " + max + ", not '" + text.get() + "'");
        return otherwise;
    }

    /** One of {@code choices}; anything else is a problem and reads as the first choice, which is the default too. */
    public String oneOf(String name, List<String> choices) {
        String value = text(name).orElse(choices.getFirst());
        if (choices.contains(value)) {
            return value;
        }
        problems.add("--" + name + " must be one of " + String.join(", ", choices) + ", not '" + value + "'");
        return choices.getFirst();
    }

    /** A path, or empty when the option is not there. */
    public Optional<Path> path(String name) {
        try {
            return text(name).map(Path::of);
        } catch (InvalidPathException e) {
            problems.add("--" + name + " is not a path: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** A path that must be given; a missing one is a problem and reads as the current folder. */
    public Path requiredPath(String name) {
        Optional<Path> path = path(name);
        if (path.isEmpty() && !values.containsKey(name)) {
            problems.add("--" + name + " is missing");
        }
        return path.orElse(Path.of(""));
    }

    /** Adds a problem that only the caller can see, to be reported with the others. */
    public void problem(String text) {
        problems.add(text);
    }

    /**
     * Ends the reading.
     *
     * @throws BadUsage when any option was unknown, malformed, repeated or missing
     */
    public void done() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                problems.add("--" + name + " is not an option of this program");
            }
        }
        if (!problems.isEmpty()) {
            throw new BadUsage(problems);
        }
    }
}
