package dev.mcpgateway.connectors.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** The file of a description. */
final class DescriptionFile {
    private final Path path;

    DescriptionFile(Path path) {
        this.path = path;
    }

    /** Two versions of a file differ in at least one of these. */
    record Version(FileTime modified, long size, @Nullable Object key) {}

    /** Which version there is now. */
    Version version() throws DescriptionRefused {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new DescriptionRefused("it is no regular file");
            }
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException unreadable) {
            throw refused(unreadable);
        }
    }

    /** All of it, within the bound. */
    byte[] read() throws DescriptionRefused {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(Description.BYTES_MAX + 1);
        } catch (IOException unreadable) {
            throw refused(unreadable);
        }
    }

    private static DescriptionRefused refused(IOException unreadable) {
        return new DescriptionRefused(
                unreadable instanceof NoSuchFileException
                        ? "it does not exist: create it or correct the path"
                        : "it cannot be read (" + unreadable.getClass().getSimpleName() + "): check owner and mode");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
