import { serveSeeds } from "./worker.ts";

/** A simulation of which each seed's fate is known: for the tests of the runner. */
serveSeeds(async (seed) => {
  const result = { seed, violations: [], trace: [], steps: seed, counts: { even: seed % 2 === 0 ? 2 : 0 } };
  switch (seed) {
    case 13:
      return { ...result, violations: ["Thirteen was unlucky."] };
    case 21:
      process.stderr.write("Out of luck.");
      return process.exit(7);
    case 34:
      return new Promise(() => undefined); // never over
    case 55:
      throw new Error("Nobody expected 55.");
    default:
      return result;
  }
});
