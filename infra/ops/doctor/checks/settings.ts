import { ok, unknown, warning, wrong, type Check } from "../check.ts";
import { nearMisses } from "../near-misses.ts";

const mend = "set it as README's table of settings says; the app does not start as it is.";

/** Whether the app would start with these settings. */
export const settingsCheck: Check = {
  name: "settings",
  look: ({ settings: { config, faults, references }, env }) => {
    const mistaken = nearMisses(env).map(({ name, meant }) =>
      warning(
        `${name} is no setting of the app's, and changes nothing.`,
        `set ${meant} if that is meant, and take it out.`,
      ),
    );
    if (!config && faults.length + references.length === 0) {
      const cure = "give them with --settings, or set them all here: DATA_KEYS is not among what is set.";
      return Promise.resolve([unknown("The app's settings are not all here.", cure), ...mistaken]);
    }
    return Promise.resolve([
      ...mistaken,
      ...faults.map((fault) => wrong(`${fault}.`, mend)),
      ...(faults.length === 0 ? [ok("The app would start with them.")] : []),
      ...(references.length > 0
        ? [
            unknown(
              `Key Vault references, whose values are not here: ${references.join(", ")}.`,
              "the environment may give the values of those that are to be looked at, each by its setting's name.",
            ),
          ]
        : []),
    ]);
  },
};
