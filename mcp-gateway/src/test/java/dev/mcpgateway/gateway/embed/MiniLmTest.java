package dev.mcpgateway.gateway.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Meanings by the model itself, against those that the Python package onnxruntime 1.30.0 computes from the same files. */
class MiniLmTest {
    private static MiniLm model;

    @BeforeAll
    static void load() throws Exception {
        model = MiniLm.load(2);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Meaning meaning(String text) throws InterruptedException {
        return model.meaning(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            How do I reset my password? | What is the way to reset my password? | 0.9658
            convert USD to EUR | convert EUR to USD | 0.9869
            how do i enable 2FA | how do i disable 2FA | 0.8784
            what is the capital of france | what is the capital of germany | 0.4789
            Is aspirin safe for dogs? | Is aspirin not safe for dogs? | 0.9911
            Summarize the plot of Hamlet. | Give me a summary of Hamlet's plot. | 0.9133
            """)
    void textsAreAsNearAsElsewhere(String some, String other, float cosine) throws Exception {
        // processors round the quantised numbers differently
        assertThat(meaning(some).cosine(meaning(other))).isCloseTo(cosine, within(0.03f));
        assertThat(meaning(some).cosine(meaning(some))).isCloseTo(1f, within(0.0001f));
    }

    @Test
    void aTextWhoseEndTheModelWouldNotSeeHasNoMeaning() throws Exception {
        String same = "word ".repeat(125);

        assertThat(model.meaning(same + "yes")).isPresent();
        assertThat(model.meaning(same + "yes no")).isEmpty();
        assertThat(model.meaning(" ".repeat(9_000))).isEmpty();
    }

    @Test
    void manyMayAskAtOnceAndWhoFindsNoTurnGetsNothing() throws Exception {
        Meaning alone = meaning("How do I reset my password?");
        int answered = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Float>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(threads.submit(() -> model.meaning("How do I reset my password?")
                        .map(alone::cosine)
                        .orElse(-1f)));
            }
            for (Future<Float> each : all) {
                assertThat(each.get())
                        .satisfiesAnyOf(
                                cosine -> assertThat(cosine).isCloseTo(1f, within(0.0001f)),
                                none -> assertThat(none).isEqualTo(-1f));
                answered += each.get() > 0 ? 1 : 0;
            }
        }
        assertThat(answered).isPositive();
    }

    @Test
    void aModelThatIsClosedSaysNothing() throws Exception {
        MiniLm other = MiniLm.load(4);

        other.close();

        assertThat(other.meaning("hi")).isEmpty();
    }

    @Test
    void withoutItsFilesItIsSaidWhichAreMissing() {
        ClassLoader bare = ClassLoader.getPlatformClassLoader();

        assertThat(OptionalFiles.missing(bare)).contains("com.microsoft.onnxruntime:onnxruntime");
        assertThatThrownBy(() -> OptionalFiles.model(bare)).hasMessageContaining("not on the class path");
        assertThat(OptionalFiles.missing(MiniLm.class.getClassLoader())).isEmpty();
    }

    @Test
    void anotherFileOfTheSameNameIsRefused() {
        ClassLoader forged = new ClassLoader(ClassLoader.getPlatformClassLoader()) {
            @Override
            public java.io.InputStream getResourceAsStream(String name) {
                return new java.io.ByteArrayInputStream(new byte[] {1, 2, 3});
            }
        };

        assertThatThrownBy(() -> OptionalFiles.model(forged)).hasMessageContaining("SHA-256");
        assertThatThrownBy(() -> OptionalFiles.vocabulary(forged)).hasMessageContaining("SHA-256");
    }

    @Test
    void aVectorWithoutADirectionHasNoMeaning() {
        assertThatThrownBy(() -> Meaning.of(new float[4])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Meaning.of(new float[] {Float.NaN})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Meaning.of(new float[] {1}).cosine(Meaning.of(new float[] {1, 2})))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Meaning.of(new float[] {3, 0, 0, 0, 4}).cosine(Meaning.of(new float[] {0, 0, 0, 0, 2})))
                .isCloseTo(0.8f, within(0.0001f));
    }
}
