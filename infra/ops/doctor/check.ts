import type { Connection } from "../connect.ts";
import type { Environment } from "../surroundings.ts";
import type { Config, SettingsRead } from "./settings.ts";

/** `unknown`: it could not be looked at, which says neither that it is well nor that it is not. */
export type Verdict = "ok" | "warning" | "wrong" | "unknown";

/** What a check found: a sentence without a secret in it, and, unless all is well, what to do. */
export type Finding = { readonly verdict: Verdict; readonly sentence: string; readonly cure?: string };

/** A Fanfare that is looked at. */
export type Patient = {
  readonly connection: Connection;
  /** The app's own settings, as far as they were given. */
  readonly env: Environment;
  readonly settings: SettingsRead;
  /** What the app makes of them; undefined when it would not start with them, or they are not all here. */
  readonly config: Config | undefined;
  /** Whether the push services' token endpoints may be asked. */
  readonly isOnline: boolean;
};

/**
 * One thing to look at. `look` ends soon after `stop`; whatever it throws counts as `unknown`, so a dependency that is away is blamed by the one
 * check that is about it. To add one: a file beside these, and its name in `checks/all.ts`.
 */
export type Check = {
  readonly name: string;
  readonly look: (patient: Patient, stop: AbortSignal) => Promise<readonly Finding[]>;
};

export const ok = (sentence: string): Finding => ({ verdict: "ok", sentence });
export const warning = (sentence: string, cure: string): Finding => ({ verdict: "warning", sentence, cure });
export const wrong = (sentence: string, cure: string): Finding => ({ verdict: "wrong", sentence, cure });
export const unknown = (sentence: string, cure?: string): Finding => ({
  verdict: "unknown",
  sentence,
  ...(cure !== undefined && { cure }),
});

/** The cure where Azure could not be asked for want of a sign-in. */
export const signIn = "az login, and az account set if there are several subscriptions; then look again.";

/** What a check says that needs the app's settings, where they are not here or not as they must be. */
export const needsSettings: readonly Finding[] = [
  unknown("The app's settings are not all here, or must be mended first."),
];
