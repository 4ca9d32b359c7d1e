import { beforeAll } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import type { Answer, Caller, Person, Sent } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";

// Who imports these sees what the hook below gave them.
export let stack: LocalStack;
export let caller: Caller;
export let anyone: Person;
export let appToken: string;
/** Of a browser of `anyone`. */
export let unsid: string;

/** An app that sends with its own token to one browser, in all cases of the `describe` that calls it. */
export const oneAppSends = (shared: () => ContractStack): void => {
  beforeAll(async () => {
    ({ stack, caller } = shared());
    anyone = await caller.person();
    appToken = await stack.token();
    ({ unsid } = await stack.device(anyone.upn));
  });
};

export const post = (more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.post(more, { token: appToken, unsid, ...sent });
export const postBody = (body: string | Uint8Array, headers: Sent["headers"] = {}): Promise<Answer> =>
  caller.ask("POST", "notifications/", { token: appToken, unsid, headers, body });
