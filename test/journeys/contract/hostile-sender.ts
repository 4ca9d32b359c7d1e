import { beforeAll } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { notification, type Answer, type Caller, type Person, type Sent } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";

// Who imports these sees what the hook below gave them.
export let stack: LocalStack;
export let caller: Caller;
export let anyone: Person;

/** A user who writes as often as they like, in all cases of the `describe` that calls it. */
export const someoneIsHostile = (shared: () => ContractStack): void => {
  beforeAll(async () => {
    ({ stack, caller } = shared());
    anyone = await caller.person();
  });
};

export const post = (sent: Sent): Promise<Answer> =>
  caller.ask("POST", "notifications/", { token: anyone.token, ...sent });
export const json = (text: string): Promise<Answer> => post({ body: text });
/** A good notification as text, with `@` where its raw content stands. */
export const around = JSON.stringify(notification({ payload: { rawContent: "@" } }));
export const withRaw = (literal: string): string => around.replace('"@"', literal);
