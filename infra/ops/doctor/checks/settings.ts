import { unknown, ok, wrong, type Check } from "../check.ts";

const mend = "set it as README's table of settings says; the app does not start as it is.";

/** Whether the app would start with these settings. */
export const settingsCheck: Check = {
  name: "settings",
  look: ({ settings: { config, faults, references } }) => {
    if (!config && faults.length + references.length === 0) {
      const cure = "give them with --settings, or set them all here: DATA_KEYS is not among what is set.";
      return Promise.resolve([unknown("The app's settings are not all here.", cure)]);
    }
    return Promise.resolve([
      ...faults.map((fault) => wrong(`${fault}.`, mend)),
      ...(faults.length === 0 ? [ok("The app would start with them.")] : []),
      ...(references.length > 0
        ? [unknown(`Key Vault references, whose values are not here: ${references.join(", ")}.`)]
        : []),
    ]);
  },
};
