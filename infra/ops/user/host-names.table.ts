import { tableAppRegister } from "../../../shared/auth/app-register.table.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { tableAudit } from "../audit.table.ts";

/**
 * Host names that a person's feeds may be of: those of the apps that are registered, and of those that `apps remove` took away, which the
 * audit knows. A feed's key is a hash and does not tell its host name, so this is where they come from, and from the person's own UNSIDs.
 */
export const knownHostNames = async ({ apps, audit }: Tables, stop: AbortSignal): Promise<readonly string[]> => {
  const register = await tableAppRegister(apps).all();
  const removed: string[] = [];
  for await (const { act, subject } of tableAudit(audit).since()) {
    stop.throwIfAborted();
    if (act === removal && subject.startsWith(ofApp)) removed.push(subject.slice(ofApp.length).toLowerCase());
  }
  return [...new Set([...register.apps.map(({ hostName }) => hostName), ...removed])].toSorted();
};

const removal = "apps remove";
const ofApp = "app ";
