import type { Registration, RegistrationStore } from "./local-store.ts";

/** Whose feed is meant. */
export type Whose = Pick<Registration, "baseUrl" | "targetHostName" | "account">;

/** The registration of this browser, if it is this account's of this app at this service. */
export const ownRegistration = async (
  registrations: Pick<RegistrationStore, "read">,
  { baseUrl, targetHostName, account }: Whose,
): Promise<Registration | undefined> => {
  const found = await registrations.read();
  return found?.baseUrl === baseUrl && found.targetHostName === targetHostName && found.account === account
    ? found
    : undefined;
};

/** Whether it is time to subscribe anew. `nowMs`: epoch milliseconds. */
export const isToRenew = (registration: Registration | undefined, nowMs: number): boolean =>
  registration?.renewDateTime !== undefined && Date.parse(registration.renewDateTime) <= nowMs;
