package dev.mcpgateway.gateway.config;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.PolicyChanged;
import dev.mcpgateway.audit.AuditEvent.PolicyRejected;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Restriction;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy in force, swapped as a whole when its files change: read once, parsed, checked with its own tests, recorded
 * as {@code policy.changed}, then one volatile write. Whatever fails on the way leaves the last good policy in force.
 * Each call takes the policy once and keeps it to its end.
 */
public final class LivePolicy implements Supplier<Policy> {
    private static final Logger LOG = LoggerFactory.getLogger(LivePolicy.class);

    private final List<Path> files;
    private final FileWatch.Look unread;
    private final Supplier<KnownNames> known;
    private final AuditLog audit;
    private volatile Policy current = Policy.denyAll();
    private Policy written = Policy.denyAll();
    private List<Rule> forbids = List.of();
    private List<Restriction> restrictions = List.of();
    private volatile String problem = "";
    private String rejectedHash = "";

    /** Nothing is allowed before {@link #load}. */
    public LivePolicy(List<Path> files, Supplier<KnownNames> known, AuditLog audit) {
        this.files = List.copyOf(files);
        this.unread = FileWatch.look(files);
        this.known = known;
        this.audit = audit;
    }

    @Override
    public Policy get() {
        return current;
    }

    /** Whether the files have no rule, so that nobody may call anything. */
    public synchronized boolean isEmpty() {
        return written.rules().isEmpty();
    }

    /** What the files say is narrowed by these forbids from now on, instead of by earlier ones. */
    public synchronized void narrow(List<Rule> rules) {
        forbids = List.copyOf(rules);
        current = inForce();
    }

    /** The same by these restrictions of callers, instead of by earlier ones. */
    public synchronized void restrict(List<Restriction> now) {
        restrictions = List.copyOf(now);
        current = inForce();
    }

    private Policy inForce() {
        return written.narrowed(forbids).restricted(restrictions);
    }

    /** Loads the files again whenever they change, also if they did since {@link #load}; then runs {@code loaded}. */
    public void watch(FileWatch watch, Runnable loaded) {
        watch.watch(unread, () -> {
            var _ = load();
            loaded.run();
        });
    }

    /** Why the files on disk are not in force, in an operator's words; empty when they are. */
    public String problem() {
        return problem;
    }

    /**
     * Reads the files and puts their policy in force.
     *
     * @return the problems that keep it from being so; empty on success
     */
    public synchronized List<Problem> load() {
        List<PolicySource> sources = new ArrayList<>();
        for (Path file : files) {
            try {
                sources.add(new PolicySource(file.toString(), Files.readAllBytes(file)));
            } catch (IOException failure) {
                return rejected(
                        "",
                        List.of(new Problem(
                                file.toString(), 0, 0, "", "the policy file cannot be read", "Check path and rights")));
            }
        }
        return switch (PolicyParser.parse(sources, known.get())) {
            case PolicyParse.Rejected(List<Problem> problems) -> rejected(PolicyParser.hash(sources), problems);
            case PolicyParse.Parsed(Policy policy, List<Problem> warnings) -> {
                warnings.forEach(warning -> LOG.warn("policy: {}", warning.render()));
                yield activate(policy);
            }
        };
    }

    private List<Problem> activate(Policy policy) {
        Policy old = written;
        if (policy.hash().equals(old.hash())) {
            problem = "";
            return List.of();
        }
        try {
            audit.append(new PolicyChanged(Actor.NONE, Source.NONE, "file", List.of(), old.hash(), policy.hash(), ""));
        } catch (AuditUnavailable failure) {
            problem = "the change cannot be recorded: " + failure.getMessage();
            LOG.error("policy not changed: {}", problem);
            return List.of(new Problem(files.getFirst().toString(), 0, 0, "", problem, ""));
        }
        written = policy;
        current = inForce();
        problem = "";
        rejectedHash = "";
        LOG.atInfo().addKeyValue("policy", policy.hash()).log("policy in force");
        return List.of();
    }

    private List<Problem> rejected(String hash, List<Problem> problems) {
        problem = "the policy files on disk are not in force: "
                + problems.getFirst().render();
        problems.forEach(
                each -> LOG.atError().addKeyValue(LogKeys.FILE, each.file()).log("policy rejected: {}", each.render()));
        if (!hash.equals(rejectedHash)) {
            rejectedHash = hash;
            try {
                audit.append(new PolicyRejected(
                        Actor.NONE,
                        Source.NONE,
                        "file",
                        hash,
                        problems.stream().map(Problem::render).toList()));
            } catch (AuditUnavailable failure) {
                LOG.error("the rejection of a policy cannot be recorded: {}", failure.getMessage());
            }
        }
        return problems;
    }
}
