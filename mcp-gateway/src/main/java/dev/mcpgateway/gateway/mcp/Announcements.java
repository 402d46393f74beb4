package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells agents what has changed for them, and nothing else: after a new catalogue or policy each agent hears of the lists
 * of which its caller sees another content than before. A change that a caller cannot see announces nothing to it.
 *
 * <p>Works off the path of requests, on one thread, in rounds at least {@value #GAP_MILLIS} ms apart; whatever happens
 * between two rounds is one change. A round that takes long is followed by a pause of the same length.
 */
final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final long GAP_MILLIS = 50;

    private final ViewTables tables;
    private final Supplier<Policy> policies;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Set<Ear> ears = ConcurrentHashMap.newKeySet();
    private boolean listsMayDiffer;
    private boolean due;
    private boolean running;

    Announcements(ViewTables tables, Supplier<Policy> policies, InstantSource clock, LongSupplier nanoClock) {
        this.tables = tables;
        this.policies = policies;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** All callers who see the same. */
    private record Audience(View view, Subject subject) {}

    /** From now on changes are told here; what is seen at this moment is what they are told apart from. */
    void add(Ear ear) {
        look(ear, ears::add);
    }

    /**
     * Its caller may see other lists than before, for what it hears comes with another token from now on. Costs the thread
     * that asks as much as listing everything, and no other caller anything.
     */
    void look(Ear ear) {
        look(ear, _ -> {});
    }

    @SuppressWarnings("ReferenceEquality") // a new table or policy takes the place of the old one
    private void look(Ear ear, Consumer<Ear> then) {
        ViewTable table = tables.of(ear.view());
        Policy policy = policies.get();
        ear.sees(Visibles.of(table, policy, ear.subject(), clock.instant()));
        then.accept(ear);
        if (tables.of(ear.view()) == table && policies.get() == policy) {
            touched();
        } else {
            changed();
        }
    }

    /** Nothing more is told here. */
    void remove(Ear ear) {
        ears.remove(ear);
    }

    /** The catalogue or the policy has changed. Returns at once, from any thread. */
    void changed() {
        wake(true);
    }

    /** Somebody has something to hear. Returns at once, from any thread. */
    void touched() {
        wake(false);
    }

    private synchronized void wake(boolean lists) {
        listsMayDiffer |= lists;
        due = true;
        if (!running) {
            running = true;
            Thread.ofVirtual().name("announcements").start(this::rounds);
        }
    }

    private void rounds() {
        long pauseNanos = TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS);
        while (true) {
            try {
                TimeUnit.NANOSECONDS.sleep(pauseNanos);
            } catch (InterruptedException nobodyDoes) {
                LOG.debug("a pause was cut short");
            }
            boolean lists;
            synchronized (this) {
                if (!due) {
                    running = false;
                    return;
                }
                lists = listsMayDiffer;
                due = false;
                listsMayDiffer = false;
            }
            long begin = nanoClock.getAsLong();
            try {
                round(lists);
            } catch (RuntimeException | Error failure) {
                // what is thrown from here would leave a thread that is taken to run and does not
                LOG.error("changes could not be announced", failure);
            }
            pauseNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS), nanoClock.getAsLong() - begin);
        }
    }

    private void round(boolean lists) {
        Policy policy = policies.get();
        Instant now = clock.instant();
        Map<Audience, Visibles> visible = new HashMap<>();
        for (Ear ear : ears) {
            try {
                ViewTable table = tables.of(ear.view());
                Subject subject = ear.subject();
                if (lists) {
                    ear.sees(visible.computeIfAbsent(
                            new Audience(ear.view(), subject), _ -> Visibles.of(table, policy, subject, now)));
                }
                ear.tell(uri -> ResourceAccess.isReadable(table.resources().find(uri), policy, subject, now));
            } catch (RuntimeException | Error failure) {
                // the others hear of their changes all the same, and of later ones
                LOG.error("changes could not be announced to an agent", failure);
            }
        }
    }
}
