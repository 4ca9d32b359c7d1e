import { tableAppRegister } from "../../../shared/auth/app-register.table.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import { canaryHost } from "../../../shared/subscription/push-hosts.ts";
import { emptyApp } from "../apps/fields.ts";
import { Amiss } from "./steps.ts";

/** The app that smoke tests post to: it has the canary's host name, and no users. */
export const canaryApp = canaryHost;

/** As many as a registration may have. */
const sendersMost = 10;
const triesMost = 5;

/**
 * Makes sure that this client id may post to the canary's app. The registration stays, so that only the first test of a client id has to wait
 * until the service knows it. Resolves to whether anything was written. Two at once both get in; of more than ten client ids the oldest goes.
 */
export const registerCanary = async (apps: Table, clientId: string): Promise<boolean> => {
  const register = tableAppRegister(apps);
  for (let tries = 0; tries < triesMost; tries += 1) {
    const found = await register.find(canaryApp);
    const before = found?.kind === "app" ? found.app : emptyApp(canaryApp);
    if (before.senders.includes(clientId) && !before.blocked) return false;
    if (before.blocked) throw new Amiss(`The app ${canaryApp} is blocked.`, `npm run ops -- apps unblock ${canaryApp}`);
    try {
      const senders = [...before.senders, clientId].slice(-sendersMost);
      await register.save({ ...before, senders }, found?.version);
      return true;
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error;
    }
  }
  throw new Amiss(`Others keep changing the registration of ${canaryApp}.`);
};
