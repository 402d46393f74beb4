export async function clients(cases, world) {}
export const CLIENT_CASES = 0;
