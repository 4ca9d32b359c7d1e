import { afterAll, beforeAll } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { post, unsidOf } from "./api-under-test.ts";

// Who imports these sees what the hooks below gave them.
export let backends: Backends;
export let app: AppInProcess;
export let authorization: string;
export let unsid: string;
const user = "graphnotify@contoso.com";

export const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const accepted = (body: unknown, headers: Record<string, string> = {}) =>
  post(app, body, { unsid, headers: { authorization, ...headers } });

/** One app and one user for all cases of the `describe` that calls it. */
export const oneAppAccepts = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
    authorization = await backends.authorization(backends.apps.sample);
    unsid = await unsidOf(app, backends, user);
  });
  afterAll(async () => {
    await app.close();
  });
};
