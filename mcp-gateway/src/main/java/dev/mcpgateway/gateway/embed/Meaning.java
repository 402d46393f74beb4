package dev.mcpgateway.gateway.embed;

/** What a text means, as a direction: near for texts about the same. Immutable. */
public final class Meaning {
    private final float[] direction;

    private Meaning(float[] direction) {
        this.direction = direction;
    }

    /**
     * The direction of a vector.
     *
     * @throws IllegalArgumentException if it has none: it is zero, or not of numbers
     */
    public static Meaning of(float[] vector) {
        double squares = 0;
        for (float each : vector) {
            squares += (double) each * each;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw new IllegalArgumentException("a vector without a direction");
        }
        float[] direction = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            direction[i] = (float) (vector[i] / length);
        }
        return new Meaning(direction);
    }

    /** The cosine of the angle between both: 1 for the same meaning. Both are of one model. */
    public float cosine(Meaning other) {
        float[] a = direction;
        float[] b = other.direction;
        if (a.length != b.length) {
            throw new IllegalArgumentException("meanings of two models");
        }
        // four sums at once, since one would wait for each addition: this runs for every text that is kept
        float first = 0;
        float second = 0;
        float third = 0;
        float fourth = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            first += a[i] * b[i];
            second += a[i + 1] * b[i + 1];
            third += a[i + 2] * b[i + 2];
            fourth += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            first += a[i] * b[i];
        }
        return first + second + third + fourth;
    }

    /** How many bytes it takes. */
    public int bytes() {
        return direction.length * Float.BYTES;
    }
}
