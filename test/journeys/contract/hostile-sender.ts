import { afterAll, beforeAll } from "vitest";
import { startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { callerOf, notification, type Answer, type Caller, type Person, type Sent } from "./caller.ts";

// Who imports these sees what the hook below gave them.
export let stack: ListenedStack;
export let caller: Caller;
export let anyone: Person;

/** A stack for all cases of the file that calls it, and a user who may write as often as they like. */
export const oneStackIsUnderFire = (): void => {
  beforeAll(async () => {
    const env = { FANFARE_PUSH_PRINT: "0", THROTTLE_USER_WRITES_PER_5_MINUTES: "100000" };
    stack = await startListenedStack({ ephemeral: true, env });
    caller = callerOf(stack);
    anyone = await caller.person();
  });
  afterAll(async () => {
    caller.close();
    await stack.stop();
  });
};

export const post = (sent: Sent): Promise<Answer> =>
  caller.ask("POST", "notifications/", { token: anyone.token, ...sent });
export const json = (text: string): Promise<Answer> => post({ body: text });
/** A good notification as text, with `@` where its raw content stands. */
export const around = JSON.stringify(notification({ payload: { rawContent: "@" } }));
export const withRaw = (literal: string): string => around.replace('"@"', literal);
