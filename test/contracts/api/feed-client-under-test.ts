import { afterAll, beforeAll, beforeEach } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { feedClient, feedPath, type FeedClient } from "./feed-under-test.ts";

// Who imports these sees what the hooks below gave them.
export let backends: Backends;
export let app: AppInProcess;
export let me: FeedClient;
export let authorization: string;

export const at = (id: string): string => `${feedPath}/${id}`;
export const etagOf = async (id: string): Promise<string> => (await me.ask("GET", at(id))).headers.get("etag") ?? "";
/** The changes the queue was told of these notifications; whatever else is on it is taken away too. */
export const toldOf = async (...ids: readonly string[]): Promise<Told[]> =>
  (await backends.bus.take(1_000, 500))
    .map((message) => ({ ...(message.body as Told), messageId: message.messageId }))
    .filter(({ id, kind }) => ids.includes(id) && kind === "state");
type Told = { readonly messageId: unknown; readonly id: string; readonly kind: string; readonly version: number };
export const none = "019c13f0-0000-7000-8000-000000000001";

/** One app for all cases of the `describe` that calls it, and for each a user who has read nothing yet. */
export const newClientForEach = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
  });
  afterAll(async () => {
    await app.close();
  });
  beforeEach(async () => {
    authorization = await backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`);
    me = feedClient(app, authorization);
  });
};
