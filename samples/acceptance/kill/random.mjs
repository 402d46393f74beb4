/** Random numbers in [0, 1) that are the same for the same seed (xorshift, 32 bits; Marsaglia 2003). */
export function seeded(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
