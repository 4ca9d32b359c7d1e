import { afterEach, vi } from "vitest";

/**
 * What a test set in its process' environment is over with it. The runner's own `unstubEnvs` gives it back before the next test only, and
 * what the next file of that worker prepares comes before its first test: it would ask for tables by a proxy that is no more.
 */
afterEach(() => {
  vi.unstubAllEnvs();
});
