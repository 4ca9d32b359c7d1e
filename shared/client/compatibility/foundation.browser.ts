import { asking } from "../ask.http.ts";
import { servingUrl } from "../base-url.ts";
import { feedApiHttp } from "../feed-api.http.ts";
import { indexedDbLocalStore } from "../local-store.indexed-db.ts";
import { memoryLocalStore } from "../local-store.memory.ts";
import type { LocalStore, Registration, RegistrationStore } from "../local-store.ts";
import { indexedDbRegistrationStore } from "../registration-store.indexed-db.ts";
import { memoryRegistrationStore } from "../registration-store.memory.ts";
import { subscriptionApiHttp } from "../subscription-api.http.ts";
import type { Foundation } from "./foundation.ts";

let configured: string | undefined;

/** Names the service, where it is not the one that served this script: for a page or service worker that brings the script along. */
export const configure = ({ baseUrl }: { readonly baseUrl: string }): void => {
  configured = baseUrl.replace(/\/+$/, "");
};

/** Where the browser keeps nothing (private windows of some, storage that is full), the script remembers as long as it runs. */
const registrationsKept = (): RegistrationStore => {
  const kept = indexedDbRegistrationStore(globalThis);
  const spare = memoryRegistrationStore();
  return {
    read: () => kept.read().catch(() => spare.read()),
    write: async (registration) => {
      await spare.write(registration);
      await kept.write(registration).catch(() => undefined);
    },
  };
};

/** A store of its own beside those of `UserNotificationClient`, which a page may have gone over to. */
const givenKept = (registration: Registration | undefined): LocalStore => {
  const { baseUrl = "", targetHostName = "", subscriptionId = "" } = registration ?? {};
  const account = `given of pushes ${subscriptionId}`;
  const kept = indexedDbLocalStore({ indexedDB: globalThis.indexedDB, baseUrl, targetHostName, account });
  const spare = memoryLocalStore();
  return {
    read: () => kept.read().catch(spare.read),
    update: (step) => kept.update(step).catch(() => spare.update(step)),
    clear: () => kept.clear().catch(() => undefined),
    close: kept.close,
  };
};

let registrations: RegistrationStore | undefined;

/** A page or a service worker. Nothing is opened before it is needed. */
export const inBrowser: Foundation = {
  registrations: {
    read: () => (registrations ??= registrationsKept()).read(),
    write: (registration) => (registrations ??= registrationsKept()).write(registration),
  },
  givenStore: givenKept,
  serviceApi: ({ targetHostName, ...whom }) => {
    const ask = asking(whom);
    return { ...feedApiHttp(ask, targetHostName), ...subscriptionApiHttp(ask) };
  },
  configuredUrl: () => configured,
  servingUrl,
  now: () => Date.now(),
};
