import { systemClock } from "../../../../shared/clock.ts";
import { dataCipher, type DataKey } from "../../../../shared/data-keys.ts";
import type { Tables } from "../../../../shared/storage/table.ts";
import { endOf } from "../../../../shared/subscription/subscription-row.ts";
import { keyIdsIn, opensWith, sealedSubscriptionsIn } from "../../keys/sealed.ts";
import { rolesOf } from "../../keys/turned.ts";
import { needsSettings, ok, unknown, wrong, type Check, type Finding } from "../check.ts";

/** Feeds lie in the order of their hashes, so the first are as good as any; `keys data` looks at all. */
const rowsMost = 1_000;
const pagesMost = 20;

/** Whether DATA_KEYS opens what is stored, and which of them encrypts. */
export const dataKeysCheck: Check = {
  name: "data keys",
  look: async ({ config, settings, connection }, stop) => {
    if (!config) return needsSettings;
    if (settings.references.includes("DATA_KEYS"))
      return [
        unknown(
          "DATA_KEYS is a Key Vault reference, so nothing can be opened here.",
          'give its value beside the settings: DATA_KEYS="$(secret data-keys)" in front of this command, as infra/README.md, "Rotate", has it.',
        ),
      ];
    return [findingOf(config.dataKeys, await openedOf(connection.tables(), config.dataKeys, stop))];
  },
};

type Opened = {
  readonly rows: number;
  readonly closed: number;
  /** Of those that do not open, what they are sealed with. */
  readonly closedIds: ReadonlySet<string>;
  readonly isAll: boolean;
};

const openedOf = async (tables: Tables, keys: readonly [DataKey, ...DataKey[]], stop: AbortSignal): Promise<Opened> => {
  const [cipher, sealed, now] = [dataCipher(keys), sealedSubscriptionsIn(tables), systemClock.now()];
  const closedIds = new Set<string>();
  let [rows, closed, pages] = [0, 0, 0];
  for await (const page of sealed.pages()) {
    stop.throwIfAborted();
    for (const row of page) {
      if (endOf(row) <= now || rows >= rowsMost) continue;
      const closedBy = keyIdsIn(row, sealed).filter((keyId) => !opensWith(row, sealed, cipher, keyId));
      rows += 1;
      closed += closedBy.length > 0 ? 1 : 0;
      for (const keyId of closedBy) closedIds.add(keyId);
    }
    pages += 1;
    if (rows >= rowsMost || pages >= pagesMost) return { rows, closed, closedIds, isAll: false };
  }
  return { rows, closed, closedIds, isAll: true };
};

const findingOf = (keys: readonly [DataKey, ...DataKey[]], { rows, closed, closedIds, isAll }: Opened): Finding => {
  const looked = `${isAll ? "" : "the first "}${rows}`;
  if (rows === 0) return ok(`${rolesOf(keys)}. No subscription is there to be opened.`);
  if (closed === 0)
    return ok(`${rolesOf(keys)}. ${isAll ? "All" : "Of"} ${looked} subscriptions${isAll ? " open." : " all open."}`);
  const missing = [...closedIds].filter((id) => !keys.some((key) => key.id === id));
  const others = [...closedIds].filter((id) => !missing.includes(id));
  const why = [
    ...(missing.length > 0 ? [`they are sealed with ${missing.join(", ")}, which DATA_KEYS lacks`] : []),
    ...(others.length > 0 ? [`the ${others.join(", ")} of DATA_KEYS is another key than they are sealed with`] : []),
  ].join("; ");
  const what =
    closed === rows
      ? `DATA_KEYS is not the service's: none of ${looked} subscriptions opens with it`
      : `Of ${looked} subscriptions ${rows - closed} open and ${closed} do not`;
  return wrong(
    `${what}: ${why}. Such devices get no push until they renew.`,
    "put the lost key back, behind the others: the vault keeps earlier versions of the secret. npm run ops -- keys data tries all there is.",
  );
};
