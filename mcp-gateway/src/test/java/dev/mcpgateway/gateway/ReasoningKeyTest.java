package dev.mcpgateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key of reasoning state outlives the process, and is nobody else's to read. */
class ReasoningKeyTest {
    @TempDir
    Path folder;

    @Test
    void theKeyIsMadeOnceForItsOwnerAlone() throws IOException {
        ReasoningKey.in(folder, new SecureRandom());
        Path file = folder.resolve("reasoning.key");
        String made = Files.readString(file);

        ReasoningKey.in(folder, new SecureRandom());

        assertThat(Files.readString(file)).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aKeyThatIsNoneIsRefusedAndNotReplaced() throws IOException {
        StateFile file = new StateFile(folder.resolve("reasoning.key"));
        for (String bad : new String[] {"not base64!", "c2hvcnQ=", ""}) {
            file.write(bad.getBytes(StandardCharsets.US_ASCII));

            assertThatThrownBy(() -> ReasoningKey.in(folder, new SecureRandom()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reasoning.key holds no key of 32 bytes");
            assertThat(file.read()).hasValue(bad.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
