package dev.mcpgateway.audit;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Command line arguments: one word at most, options with a value, and flags. All problems are told at once. */
final class Arguments {
    private final Map<String, String> options = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Splits the arguments.
     *
     * @param values options that take a value, such as {@code --vkey}
     * @param flags options that take none
     */
    Arguments(List<String> arguments, Set<String> values, Set<String> flags) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (flags.contains(argument)) {
                options.put(argument, "");
            } else if (!values.contains(argument)) {
                word(argument);
            } else if (i + 1 < arguments.size()) {
                i++;
                if (options.put(argument, arguments.get(i)) != null) {
                    problems.add(argument + " is given twice");
                }
            } else {
                problems.add(argument + " needs a value");
            }
        }
    }

    private void word(String argument) {
        if (argument.startsWith("-")) {
            problems.add("unknown option " + argument);
        } else if (words.isEmpty()) {
            words.add(argument);
        } else {
            problems.add("one argument too many: " + argument);
        }
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }

    String text(String option) {
        return options.getOrDefault(option, "");
    }

    String required(String option, String example) {
        String value = text(option);
        if (value.isEmpty()) {
            problems.add(option + " is missing, such as " + option + " " + example);
        }
        return value;
    }

    Path requiredPath(String option, String example) {
        return path(required(option, example));
    }

    Optional<Path> optionalPath(String option) {
        return has(option) ? Optional.of(path(text(option))) : Optional.empty();
    }

    /** The one word: a directory. */
    Path directory() {
        if (words.isEmpty()) {
            problems.add("the log directory is missing: the one that holds log.json");
            return Path.of("");
        }
        return path(words.getFirst());
    }

    private Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            problems.add("not a path: " + text);
            return Path.of("");
        }
    }

    long number(String option, long otherwise) {
        String text = text(option);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,15}")) {
            return Long.parseLong(text);
        }
        problems.add(option + " " + text + " is not a whole number");
        return otherwise;
    }

    String oneOf(String option, Set<String> allowed) {
        String text = text(option);
        if (!text.isEmpty() && !allowed.contains(text)) {
            problems.add(option + " " + text + " is not one of " + String.join(", ", allowed));
        }
        return text;
    }

    /** A time such as {@code 2026-11-21T04:49:00Z}, or a day in UTC such as {@code 2026-11-21}. */
    Instant time(String option, Instant otherwise, boolean endOfDay) {
        String text = text(option);
        try {
            if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
                LocalDate day = LocalDate.parse(text);
                Instant start = (endOfDay ? day.plusDays(1) : day)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
                return endOfDay ? start.minusNanos(1_000) : start;
            }
            return text.isEmpty() ? otherwise : Instant.parse(text);
        } catch (DateTimeParseException e) {
            problems.add(option + " " + text + " is not a time such as 2026-11-21T04:49:00Z or 2026-11-21");
            return otherwise;
        }
    }

    /** Everything that is wrong, empty if nothing is. */
    List<String> problems() {
        return problems.stream().map(TerminalText::safe).toList();
    }

    void problem(String text) {
        problems.add(text);
    }
}
