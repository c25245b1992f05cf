export async function benchActors() {}
