import { dataCipher } from "../../../../shared/data-keys.ts";
import { Failed } from "../../failed.ts";
import { requireOwnKeys } from "../../import/own-keys.table.ts";
import { needsSettings, ok, unknown, wrong, type Check } from "../check.ts";

/** Whether DATA_KEYS opens what is stored, and which of them encrypts. */
export const dataKeysCheck: Check = {
  name: "data keys",
  look: async ({ config, settings, connection }) => {
    if (!config) return needsSettings;
    if (settings.references.includes("DATA_KEYS"))
      return [unknown("DATA_KEYS is a Key Vault reference, so nothing can be opened here.")];
    const [first, ...older] = config.dataKeys;
    try {
      await requireOwnKeys(connection.tables().feeds, dataCipher(config.dataKeys));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      return [wrong(error.message, "give the service its own keys back: what they sealed, no other opens.")];
    }
    const others = older.length > 0 ? `, ${older.map(({ id }) => id).join(", ")} only open what is older` : "";
    return [ok(`${first.id} encrypts${others}; what is stored opens.`)];
  },
};
