import type { GetToken } from "../client-options.ts";
import type { Registration } from "../local-store.ts";
import type { Serving, WorkerClient } from "./serving.ts";

export type ClientOf = (
  registration: Registration,
  getToken: GetToken,
) => WorkerClient & { readonly close: () => void };

/** One client at a time, for whoever is signed in: that of another is closed, so that nothing of theirs goes on. */
export const oneClient = (
  make: ClientOf,
  getTokenOf: (registration: Registration) => GetToken,
): Serving["clientOf"] => {
  let current: { readonly key: string; readonly client: ReturnType<ClientOf> } | undefined;
  return (registration) => {
    const { baseUrl, targetHostName, account } = registration;
    const key = JSON.stringify([baseUrl, targetHostName, account]);
    if (current?.key !== key) {
      current?.client.close();
      current = { key, client: make(registration, getTokenOf(registration)) };
    }
    return current.client;
  };
};
