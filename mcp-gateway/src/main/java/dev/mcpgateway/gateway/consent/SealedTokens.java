package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.connectors.oauth.UserTokenStore;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users' tokens in memory and, sealed, in a folder with one file each: whole or not there after a crash. A file that
 * was changed, moved to another name or sealed with another key is no token; its user is asked anew.
 *
 * <p>A token that cannot be written is used until the next restart: its refresh token may exist nowhere else. One that
 * cannot be deleted is reported, since a restart would bring it back.
 */
public final class SealedTokens implements UserTokenStore {
    /** Most tokens. */
    static final int TOKENS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(SealedTokens.class);
    private static final String SUFFIX = ".token";

    private final Path folder;
    private final TokenSeal seal;
    private final Map<Owner, UserToken> tokens = new HashMap<>();

    /**
     * Reads what is in the folder, which need not exist.
     *
     * @throws IOException if the folder cannot be read
     */
    SealedTokens(Path folder, TokenSeal seal) throws IOException {
        this.folder = folder;
        this.seal = seal;
        if (Files.isDirectory(folder)) {
            load();
        }
    }

    private void load() throws IOException {
        int damaged = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    (Iterable<Path>) files.filter(each -> each.toString().endsWith(SUFFIX))::iterator) {
                Optional<UserToken> token = tokens.size() < TOKENS_MAX ? read(file) : Optional.empty();
                token.ifPresent(each -> tokens.put(each.owner(), each));
                damaged += token.isEmpty() ? 1 : 0;
            }
        }
        if (damaged > 0) {
            LOG.warn("{} kept tokens are damaged or sealed with another key; their users are asked anew", damaged);
        }
    }

    private Optional<UserToken> read(Path file) {
        byte[] content;
        try {
            content = new StateFile(file).read().orElse(new byte[0]);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        int head =
                content.length < Integer.BYTES ? -1 : ByteBuffer.wrap(content).getInt();
        if (head < 0 || head > content.length - Integer.BYTES) {
            return Optional.empty();
        }
        String name = String.valueOf(file.getFileName());
        Optional<Owner> owner = seal.open(
                        Arrays.copyOfRange(content, Integer.BYTES, Integer.BYTES + head), List.of("owner", name))
                .flatMap(UserTokenFormat::owner)
                .filter(each -> fileName(each).equals(name));
        return owner.flatMap(each -> seal.open(
                        Arrays.copyOfRange(content, Integer.BYTES + head, content.length), boundTo(each))
                .flatMap(json -> UserTokenFormat.token(each, json)));
    }

    private static List<String> boundTo(Owner owner) {
        return List.of("token", owner.issuer(), owner.subject(), owner.upstream());
    }

    private String fileName(Owner owner) {
        return seal.name(List.of(owner.issuer(), owner.subject(), owner.upstream())) + SUFFIX;
    }

    @Override
    public synchronized Optional<UserToken> find(Owner owner) {
        return Optional.ofNullable(tokens.get(owner));
    }

    /** Keeps a token in the place of any other of its owner; {@code false} if there are too many already. */
    synchronized boolean put(UserToken token) {
        if (!tokens.containsKey(token.owner()) && tokens.size() >= TOKENS_MAX) {
            LOG.error("no more than {} users' tokens are kept", TOKENS_MAX);
            return false;
        }
        tokens.put(token.owner(), token);
        write(token);
        return true;
    }

    @Override
    public synchronized boolean replace(UserToken before, UserToken after) {
        // equal tokens are the same token: secrets are equal to themselves alone
        if (!before.equals(tokens.get(before.owner())) || !before.owner().equals(after.owner())) {
            return false;
        }
        tokens.put(after.owner(), after);
        write(after);
        return true;
    }

    @Override
    public synchronized void remove(UserToken token) {
        if (token.equals(tokens.get(token.owner()))) {
            var _ = removeIf(token.owner()::equals);
        }
    }

    /** What was removed, and whether all of it is gone for good. */
    record Removed(List<UserToken> tokens, boolean deleted) {}

    /** Forgets the tokens of these owners. */
    synchronized Removed removeIf(Predicate<Owner> whose) {
        List<UserToken> removed = tokens.values().stream()
                .filter(each -> whose.test(each.owner()))
                .toList();
        boolean deleted = true;
        for (UserToken each : removed) {
            tokens.remove(each.owner());
            try {
                Files.deleteIfExists(folder.resolve(fileName(each.owner())));
            } catch (IOException failure) {
                deleted = false;
                LOG.error(
                        "a user's token for {} was not deleted: {}",
                        each.owner().upstream(),
                        failure.getMessage());
            }
        }
        return new Removed(removed, deleted);
    }

    /** All of them, by owner. */
    synchronized List<UserToken> all() {
        List<UserToken> all = new ArrayList<>(tokens.values());
        all.sort(Comparator.comparing((UserToken each) -> each.owner().upstream())
                .thenComparing(each -> each.owner().issuer())
                .thenComparing(each -> each.owner().subject()));
        return all;
    }

    /** How many there are. */
    synchronized int size() {
        return tokens.size();
    }

    private void write(UserToken token) {
        String name = fileName(token.owner());
        byte[] owner = seal.seal(UserTokenFormat.owner(token.owner()), List.of("owner", name));
        byte[] rest = seal.seal(UserTokenFormat.token(token), boundTo(token.owner()));
        byte[] content = ByteBuffer.allocate(Integer.BYTES + owner.length + rest.length)
                .putInt(owner.length)
                .put(owner)
                .put(rest)
                .array();
        try {
            new StateFile(folder.resolve(name)).write(content);
        } catch (IOException failure) {
            LOG.error("a user's token for {} is not saved: {}", token.owner().upstream(), failure.getMessage());
        }
    }
}
