package dev.mcpgateway.policy.arguments;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Bounds how many schema evaluations one value of an instance can cause.
 *
 * <p>A state says how often each subschema is applied to the same value. From the state of a value follow the states of
 * its members, item by item and name by name; the search visits every state that an instance can reach within the depth
 * limit of arguments. An {@code anyOf} that doubles at each level, through references or through recursion, shows as
 * counts that grow; a recursive schema that is harmless shows as a state seen before.
 */
final class EvaluationBound {

    /** Distinct states that are visited; a schema with more is too tangled to bound. */
    private static final int STATES_MAX = 20_000;

    /** Steps from state to state; together with {@link #STATES_MAX} it bounds the time of an admission. */
    private static final int STEPS_MAX = 200_000;

    private final List<Subschema> graph;
    private final SchemaBounds bounds;
    private final int depthMax;
    private final int[] rank;
    private long most;
    private int steps;

    private EvaluationBound(List<Subschema> graph, SchemaBounds bounds, int depthMax) {
        this.graph = graph;
        this.bounds = bounds;
        this.depthMax = depthMax;
        this.rank = rankInPlace();
    }

    /** The most evaluations per value of an instance of at most {@code depthMax} levels; throws beyond the bounds. */
    static long of(SchemaGraph graph, SchemaBounds bounds, int depthMax) {
        EvaluationBound bound = new EvaluationBound(graph.subschemas(), bounds, depthMax);
        bound.visitAll();
        return bound.most;
    }

    /**
     * Orders subschemas so that what is applied to the same value comes later. Without such an order a value would be
     * evaluated for ever.
     */
    private int[] rankInPlace() {
        int[] incoming = new int[graph.size()];
        graph.forEach(subschema -> subschema.inPlace.forEach(target -> incoming[target]++));
        ArrayDeque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < incoming.length; i++) {
            if (incoming[i] == 0) {
                ready.add(i);
            }
        }
        int[] order = new int[graph.size()];
        int[] chain = new int[graph.size()];
        int done = 0;
        while (!ready.isEmpty()) {
            int next = ready.remove();
            order[next] = done++;
            for (int target : graph.get(next).inPlace) {
                chain[target] = Math.max(chain[target], chain[next] + 1);
                if (chain[target] > bounds.chainMax()) {
                    throw new Unenforceable(
                            "it applies more than " + bounds.chainMax() + " schemas one inside the other");
                }
                if (--incoming[target] == 0) {
                    ready.add(target);
                }
            }
        }
        if (done < graph.size()) {
            throw new Unenforceable("it refers to itself without going deeper into the value");
        }
        return order;
    }

    private void visitAll() {
        Set<Map<Integer, Long>> seen = new HashSet<>();
        List<Map<Integer, Long>> level = List.of(applied(Map.of(0, 1L)));
        seen.add(level.getFirst());
        for (int depth = 1; depth < depthMax && !level.isEmpty(); depth++) {
            List<Map<Integer, Long>> next = new ArrayList<>();
            for (Map<Integer, Long> state : level) {
                for (Map<Integer, Long> below : below(state)) {
                    if (seen.add(below)) {
                        next.add(below);
                    }
                }
                if (seen.size() > STATES_MAX) {
                    throw tooTangled();
                }
            }
            level = next;
        }
    }

    /** {@code direct} and everything that is applied to the same value because of it. */
    private Map<Integer, Long> applied(Map<Integer, Long> direct) {
        if (++steps > STEPS_MAX) {
            throw tooTangled();
        }
        TreeMap<Integer, Long> waiting = new TreeMap<>((a, b) -> Integer.compare(rank[a], rank[b]));
        waiting.putAll(direct);
        Map<Integer, Long> applied = new HashMap<>();
        long total = 0;
        while (!waiting.isEmpty()) {
            Map.Entry<Integer, Long> first = waiting.pollFirstEntry();
            Subschema subschema = graph.get(first.getKey());
            applied.put(first.getKey(), first.getValue());
            total += first.getValue() * subschema.weight;
            if (total > bounds.evaluationsMax()) {
                throw new Unenforceable(
                        "one value could cost more than " + bounds.evaluationsMax() + " evaluations of its subschemas");
            }
            subschema.inPlace.forEach(target -> waiting.merge(target, first.getValue(), Long::sum));
        }
        most = Math.max(most, total);
        return applied;
    }

    /** The states of the members and items of a value in {@code state}. */
    private List<Map<Integer, Long>> below(Map<Integer, Long> state) {
        Set<String> names = new TreeSet<>();
        int positions = 0;
        for (int index : state.keySet()) {
            names.addAll(graph.get(index).members.keySet());
            positions = Math.max(positions, graph.get(index).items.size());
        }
        List<Map<Integer, Long>> below = new ArrayList<>();
        names.forEach(name -> addNonEmpty(below, member(state, name)));
        addNonEmpty(below, otherMember(state));
        addNonEmpty(below, nameOfMember(state));
        for (int position = 0; position <= positions; position++) {
            addNonEmpty(below, item(state, position));
        }
        return below;
    }

    private void addNonEmpty(List<Map<Integer, Long>> below, Map<Integer, Long> direct) {
        if (!direct.isEmpty()) {
            below.add(applied(direct));
        }
    }

    private Map<Integer, Long> member(Map<Integer, Long> state, String name) {
        Map<Integer, Long> direct = new HashMap<>();
        state.forEach((index, count) -> {
            Subschema subschema = graph.get(index);
            Integer named = subschema.members.get(name);
            if (named != null) {
                direct.merge(named, count, Long::sum);
            } else {
                add(direct, subschema.otherMembers, count);
            }
            add(direct, subschema.anyMember, count);
        });
        return direct;
    }

    private Map<Integer, Long> otherMember(Map<Integer, Long> state) {
        Map<Integer, Long> direct = new HashMap<>();
        state.forEach((index, count) -> {
            add(direct, graph.get(index).otherMembers, count);
            add(direct, graph.get(index).anyMember, count);
        });
        return direct;
    }

    private Map<Integer, Long> nameOfMember(Map<Integer, Long> state) {
        Map<Integer, Long> direct = new HashMap<>();
        state.forEach((index, count) -> add(direct, graph.get(index).names, count));
        return direct;
    }

    private Map<Integer, Long> item(Map<Integer, Long> state, int position) {
        Map<Integer, Long> direct = new HashMap<>();
        state.forEach((index, count) -> {
            Subschema subschema = graph.get(index);
            if (position < subschema.items.size()) {
                direct.merge(subschema.items.get(position), count, Long::sum);
            }
            add(direct, subschema.anyItem, count);
        });
        return direct;
    }

    private static void add(Map<Integer, Long> direct, List<Integer> targets, long count) {
        targets.forEach(target -> direct.merge(target, count, Long::sum));
    }

    private static Unenforceable tooTangled() {
        return new Unenforceable("its subschemas combine in too many ways to bound the work");
    }
}
