import { Option, type Command } from "commander";
import { isNamed } from "../access.ts";
import { connected } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import { hasAllSettings } from "../served.ts";
import type { Environment, Surroundings } from "../surroundings.ts";
import type { Patient, Verdict } from "./check.ts";
import { checks } from "./checks/all.ts";
import { examine, type Found } from "./examine.ts";
import { localSettings, settingsIn } from "./settings-given.file.ts";
import { filled, readSettings, type SettingsRead } from "./settings.ts";

const about = `
It looks, and changes nothing. Settings are read by the app's own code; no value of one is ever printed. Of a Fanfare on Azure it takes them from
the environment, or from a file. Key Vault references are not resolved: the environment may give their values (DATA_KEYS="$(secret data-keys)" in
front of it), and which it does not is told. What you may not see with your own rights could not
be checked: the app's rights are told by its readiness, which is asked for.

A finding is ok, a warning, wrong, or could not be checked; each but the first says what to do. Breakers are open or closed in each process of
the app: what they hold is told by fanfare.breaker.open and by explain.

Exit codes: 0 nothing is wrong, though there may be warnings; 1 something is wrong.

Examples:
  npm run ops -- doctor
  npm run ops -- doctor --online
  az functionapp config appsettings list -g $GROUP -n $APP -o json | npm run -s ops -- doctor --settings - --json
`;

/** As long as the app waits for its tables: what takes longer is wrong, and is to be told before the checks are over. */
const answerWithinMs = 5_000;

type Options = { readonly settings?: string; readonly online?: true; readonly json?: true };

/** `doctor`: what is wrong with a Fanfare, and what to do about it. */
export const addDoctor = (program: Command, use: Surroundings): void => {
  program
    .command("doctor")
    .description("look at settings, keys, tables, queue, issuers and the service, and tell what is wrong and its cure")
    .option("--settings <file>", "the app's settings, as az tells them or as lines NAME=value; - is stdin")
    .option("--online", "ask Google and Microsoft for tokens, to see whether the credentials for FCM and WNS are taken")
    .addOption(new Option("--json", "one JSON document"))
    .addHelpText("after", about)
    .action((options: Options) => doctor(use, options));
};

const doctor = async (use: Surroundings, { settings: path, online, json }: Options): Promise<void> => {
  const { output, stop } = use;
  const given = path === undefined ? undefined : await settingsIn(path);
  // Which one it is, the environment says where it names one: an operator's way there may be another than the app's.
  const here = given && !isNamed(use.env) ? given : use.env;
  // An app's settings that name none are a fault of theirs, and not about a stack that happens to run here.
  await connected({ env: here, mayBeLocal: given === undefined, stop, callMs: answerWithinMs }, async (connection) => {
    const own = given && filled(given, use.env);
    const env = own ?? (connection.isLocal ? await localSettings(use.env) : use.env);
    const settings = readIfAll(env, given !== undefined || connection.isLocal);
    const patient: Patient = { connection, env, settings, config: settings.config, isOnline: online === true };
    const found = await examine(patient, checks, { stop });
    const wrongs = found.filter(({ verdict }) => verdict === "wrong").length;
    if (json) output.json({ place: connection.place, ok: wrongs === 0, findings: found });
    else output.text(textOf(connection.place, found));
    if (wrongs > 0)
      throw new Failed(wrongs === 1 ? "One thing is wrong." : `${wrongs} things are wrong.`, exitCodes.failed);
  });
};

/** A connection takes two settings of them all: then what lacks is no fault. */
const readIfAll = (env: Environment, isWhole: boolean): SettingsRead =>
  isWhole || hasAllSettings(env) ? readSettings(env) : { config: undefined, faults: [], references: [] };

const words: Readonly<Record<Verdict, string>> = {
  ok: "ok",
  warning: "warning",
  wrong: "WRONG",
  unknown: "not checked",
};

const textOf = (place: string, found: readonly Found[]): string => {
  const width = Math.max(...found.map(({ check }) => check.length));
  const lines = found.flatMap(({ check, verdict, sentence, cure }) => [
    `${words[verdict].padEnd(11)}  ${check.padEnd(width)}  ${sentence}`,
    ...(cure === undefined ? [] : [`${" ".repeat(width + 15)}→ ${cure}`]),
  ]);
  const count = (verdict: Verdict): number => found.filter((one) => one.verdict === verdict).length;
  const sum = `${count("ok")} ok, ${count("warning")} warnings, ${count("wrong")} wrong, ${count("unknown")} not checked.`;
  return [`Looking at ${place}`, ...lines, sum].join("\n");
};
