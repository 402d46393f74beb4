package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Texts on their way into requests and onto terminals. */
final class PlainText {
    private PlainText() {}

    static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** What became of a file or a command, in words: exceptions of files say nothing but the file's name. */
    static String words(Exception failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case NoSuchFileException _ -> "no such file: " + message;
            case AccessDeniedException _ -> "no right to use the file: " + message;
            case FileSystemException file
            when file.getReason() == null ->
                "the file cannot be used (" + failure.getClass().getSimpleName() + "): " + message;
            default -> message == null ? failure.toString() : message;
        };
    }

    /** A name that somebody else chose must not move the operator's cursor. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
