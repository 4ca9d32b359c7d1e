import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes long, longest first: started last, one would be waited for alone. Where a run came before, its times order each of these. */
const longFirst = ["/test/journeys/", "/test/simulation/", "/test/contracts/", "/test/"];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => longFirst.findIndex((part) => moduleId.includes(part));
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"], // with a configuration of its own: npm run test:browser
    globalSetup: ["test/support/build.ts", "test/support/table-service.ts", "test/support/browsers-told.ts"],
    pool: "forks",
    maxWorkers: 4, // on two cores: half of the time is spent waiting for locks, retries and ends of lives
    sequence: { sequencer: LongFirst },
    // A worker keeps what it has imported: two thirds of a file's time went into loading the Azure SDK once more. So no file replaces
    // a module for good, and what a test changes of its process (clock, spies, environment) it gives back.
    isolate: false,
    setupFiles: ["test/support/given-back.ts"],
    // Stories that wait for a stack, side by side; all others run one after another.
    maxConcurrency: 12,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 15_000,
  },
});
