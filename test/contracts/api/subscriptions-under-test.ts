import { afterAll, beforeAll } from "vitest";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { startBackends, type Backends } from "../../support/backends.ts";
import { pushSettingsOf, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { subscribePath } from "./api-under-test.ts";

// Who imports these sees what the hooks below gave them.
export let backends: Backends;
export let push: LocalService;
export let app: AppInProcess;
/** A host name whose app lists its mobile apps, and has the example's client id among its clients. */
export const mobileHost = "mobile.contoso.com";
export const otherHost = "other.contoso.com";

/** Somebody no other test knows, signed in to the example's app. */
export const newUser = (more: Readonly<Record<string, string>> = {}): Promise<string> =>
  backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`, more);

export const on = (authorization: string) => ({
  list: (query = "") => app.ask("GET", `${subscribePath}${query}`, { headers: { authorization } }),
  get: (id: string) => app.ask("GET", `${subscribePath}/${id}`, { headers: { authorization } }),
  remove: (id: string) => app.ask("DELETE", `${subscribePath}/${id}`, { headers: { authorization } }),
});

type Shown = {
  readonly id: string;
  readonly userNotificationSubscriptionId: string;
  readonly expirationDateTime: string;
  readonly deviceId: string;
  readonly channelState?: string;
};
export const one = ({ json }: Answered): Shown => json as Shown;
export const many = ({ json }: Answered): Shown[] => (json as { value: Shown[] }).value;

export const codeOf = ({ status, json }: Answered): unknown[] => [status, json.error.code];

export const native = {
  Windows: { uri: "https://db5.notify.windows.com/?token=secret-of-wns" },
  Android: { token: "secret-of-fcm", packageName: "com.contoso.app" },
  iOS: { token: "5EC2E7".repeat(10), bundleId: "com.contoso.app", environment: "sandbox" },
};
export const nativeDevice = (platformType: keyof typeof native, more: object = {}, channel: object = {}) => ({
  targetHostName: mobileHost,
  platformType,
  deviceId: platformType,
  displayName: null,
  channel: { ...native[platformType], ...channel },
  ...more,
});

/** One app and one push service for all cases of the file that calls it. */
export const oneAppSubscribes = (): void => {
  beforeAll(async () => {
    [backends, push] = await Promise.all([startBackends(), startLocalService()]);
    const { clientId } = backends.apps.sample;
    await putApp(backends.tables.tables.apps, {
      hostName: mobileHost,
      senders: [clientId],
      clients: [clientId],
      bundleIds: ["com.contoso.app"],
      packageNames: ["com.contoso.app"],
    });
    app = await heldToItsDescription(
      await loadApp(
        backends.settings({
          SUBSCRIPTIONS_PER_FEED: "4",
          ...pushSettingsOf(push),
        }),
      ),
    );
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([push.stop(), backends.stop()]);
  });
};
