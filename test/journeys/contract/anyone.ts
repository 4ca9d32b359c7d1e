import { beforeAll, beforeEach } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import type { Caller, Person } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";

// Who imports these sees what the hooks below last gave them.
export let stack: LocalStack;
export let caller: Caller;
/** The user a case is about if it is about nobody in particular: a new one in every case. */
export let anyone: Person;

/** For the cases of the `describe` that calls it. */
export const newUserForEach = (shared: () => ContractStack): void => {
  beforeAll(() => {
    ({ stack, caller } = shared());
  });
  beforeEach(async () => {
    anyone = await caller.person();
  });
};
