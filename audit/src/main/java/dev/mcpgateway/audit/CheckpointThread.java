package dev.mcpgateway.audit;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Runs the {@link Checkpointer} beside the writer, so that no record waits for a signature.
 */
final class CheckpointThread implements CheckpointSink, Runnable {
    private final Checkpointer checkpointer;
    private final Consumer<Throwable> onFailure;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** Bounded by its use: one checkpoint at a time, and one seal per finished segment. */
    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();

    CheckpointThread(Checkpointer checkpointer, Consumer<Throwable> onFailure) {
        this.checkpointer = checkpointer;
        this.onFailure = onFailure;
    }

    private sealed interface Task {
        record Sign(TreeHead head, long micros) implements Task {}

        record Seal(FinishedSegment segment, long micros) implements Task {}

        record End() implements Task {}
    }

    @Override
    public boolean checkpoint(TreeHead head, long micros) {
        boolean isTaken = busy.compareAndSet(false, true);
        if (isTaken) {
            tasks.add(new Task.Sign(head, micros));
        }
        return isTaken;
    }

    @Override
    public void seal(FinishedSegment segment, long micros) {
        tasks.add(new Task.Seal(segment, micros));
    }

    /** A last checkpoint over everything, behind all that was asked for before. */
    void last(TreeHead head, long micros) {
        tasks.add(new Task.Sign(head, micros));
    }

    /** Lets the thread end behind everything that was asked for. */
    void end() {
        tasks.add(new Task.End());
    }

    @Override
    public void run() {
        try {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = work(tasks.take());
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    private boolean work(Task task) throws IOException {
        switch (task) {
            case Task.Sign(TreeHead head, long micros) -> {
                checkpointer.checkpoint(head, micros);
                busy.set(false);
            }
            case Task.Seal(FinishedSegment segment, long micros) -> checkpointer.seal(segment, micros);
            case Task.End _ -> {
                return false;
            }
        }
        return true;
    }
}
