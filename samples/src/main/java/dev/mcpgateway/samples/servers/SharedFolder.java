package dev.mcpgateway.samples.servers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One folder and nothing outside it. Paths are relative to it with {@code /} between the parts; {@code ..}, absolute
 * paths and links that lead out are refused. The answers never name the folder itself.
 */
final class SharedFolder {
    /** Longest file that is read or written, in bytes. */
    static final int FILE_BYTES_MAX = 256 * 1024;

    /** Most entries of one listing. */
    static final int ENTRIES_MAX = 1_000;

    private final Path root;

    /**
     * Opens the folder.
     *
     * @throws IOException when it is not a folder
     */
    SharedFolder(Path root) throws IOException {
        this.root = root.toRealPath();
        if (!Files.isDirectory(this.root)) {
            throw new IOException(root + " is not a folder");
        }
    }

    /** The names in a folder in order, folders with a {@code /} behind; a longer listing is cut. */
    List<String> list(String path) throws ToolFailed {
        Path folder = existing(path);
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName() + (Files.isDirectory(entry) ? "/" : ""))
                    .sorted()
                    .limit(ENTRIES_MAX)
                    .toList();
        } catch (IOException e) {
            throw new ToolFailed("'" + path + "' is not a folder that can be listed.");
        }
    }

    /** The text of a file in UTF-8. */
    String read(String path) throws ToolFailed {
        Path file = existing(path);
        if (!Files.isRegularFile(file)) {
            // a pipe or a device could block for ever
            throw new ToolFailed("'" + path + "' is not a file that can be read.");
        }
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = Channels.newInputStream(channel).readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new ToolFailed("'" + path + "' is longer than " + FILE_BYTES_MAX + " bytes.");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ToolFailed("'" + path + "' is not a text in UTF-8.");
        } catch (IOException e) {
            throw new ToolFailed("'" + path + "' is not a file that can be read.");
        }
    }

    /** Creates or replaces a file; its folder must be there. */
    void write(String path, String text) throws ToolFailed {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > FILE_BYTES_MAX) {
            throw new ToolFailed("The text is longer than " + FILE_BYTES_MAX + " bytes.");
        }
        Path asked = inside(path);
        Path file = realFolder(path, Optional.ofNullable(asked.getParent()).orElse(root))
                .resolve(asked.getFileName());
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ToolFailed("'" + path + "' is not a file that can be written.");
        }
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS);
        try (SeekableByteChannel channel = Files.newByteChannel(file, options)) {
            Channels.newOutputStream(channel).write(bytes);
        } catch (IOException e) {
            throw new ToolFailed("'" + path + "' is not a file that can be written.");
        }
    }

    private Path existing(String path) throws ToolFailed {
        try {
            Path real = inside(path).toRealPath();
            if (real.startsWith(root)) {
                return real;
            }
        } catch (NoSuchFileException e) {
            throw new ToolFailed("There is no '" + path + "'.");
        } catch (IOException e) {
            throw new ToolFailed("'" + path + "' cannot be read.");
        }
        throw outside(path);
    }

    private Path realFolder(String path, Path folder) throws ToolFailed {
        try {
            Path real = folder.toRealPath();
            if (real.startsWith(root)) {
                return real;
            }
        } catch (IOException e) {
            throw new ToolFailed("The folder of '" + path + "' is not there.");
        }
        throw outside(path);
    }

    /** The path below the root as it was written; links are not looked at yet. */
    private Path inside(String path) throws ToolFailed {
        try {
            Path asked = root.resolve(path).normalize();
            if (asked.startsWith(root) && !Path.of(path).isAbsolute()) {
                return asked;
            }
        } catch (InvalidPathException e) {
            throw new ToolFailed("The path has a character that no file name has.");
        }
        throw outside(path);
    }

    private static ToolFailed outside(String path) {
        return new ToolFailed("'" + path + "' is outside the shared folder.");
    }
}
