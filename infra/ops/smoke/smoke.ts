import { InvalidArgumentError, Option, type Command } from "commander";
import { hostNameOf } from "../apps/app-options.ts";
import { connected } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import { wholeNumber } from "../option-values.ts";
import { sentenceOf } from "../sentence.ts";
import type { Surroundings } from "../surroundings.ts";
import { goAllTheWay } from "./journey.ts";
import { StepFailed, stepsOf, type Step, type StepName } from "./steps.ts";

const about = `
A canary is a browser's subscription that is pushed to no push service. One is subscribed for a user made for this test, a notification is
posted to it over HTTP as an app server does, and followed until it is delivered: sign-in, tables, queue and delivery all have their part. Nobody
is rung. The canary is removed, the notification ends after ten minutes. The app canary.fanfare.invalid is registered for it, and stays; with
--app an app of yours is posted to, whose sender the token's client id must be.

On Azure it takes PUBLIC_URL, DATA_KEYS, the settings that name the tables, and an app-only token: FANFARE_SMOKE_TOKEN, or
FANFARE_SMOKE_TOKEN_URL with FANFARE_SMOKE_CLIENT_ID and FANFARE_SMOKE_CLIENT_SECRET, or that of the identity it runs under for the first of
TOKEN_AUDIENCES. Where the token has the role Notifications.Admin the API is asked what became of it, else the table.

Examples:
  npm run ops -- smoke
  npm run ops -- smoke --timeout 5
  npm run -s ops -- smoke --json | jq '.steps[] | select(.step == "delivered").ms'
`;

const timeoutSeconds = 30;

type Options = { readonly app?: string; readonly timeout: number; readonly json?: true };

/** `smoke`: a notification goes all the way, or the step is told at which it did not. */
export const addSmoke = (program: Command, use: Surroundings): void => {
  program
    .command("smoke")
    .description("send a notification to a canary, all the way through the service, and tell how long each step took")
    .option("--app <hostName>", "a registered app to post to, instead of the canary's own", hostNameOf)
    .addOption(
      new Option("--timeout <seconds>", "how long each answer, and the delivery, may take")
        .default(timeoutSeconds)
        .argParser(seconds),
    )
    .option("--json", "one JSON document, also of a test that failed")
    .addHelpText("after", about)
    .action((options: Options) => smoke(use, options));
};

/** All that a test writes ends after ten minutes, so what takes longer than this proves nothing. */
const timeoutMost = 120;

const seconds = (text: string): number => {
  const given = wholeNumber(text);
  if (given > timeoutMost) throw new InvalidArgumentError(`It is at most ${timeoutMost} seconds.`);
  return given;
};

const doctor = "npm run ops -- doctor";
const next: Readonly<Record<StepName, string>> = {
  "service is ready": doctor,
  "token had": "npm run ops -- smoke --help tells where the token comes from.",
  "app registered": `${doctor} tells whether you may write the tables; the role is Storage Table Data Contributor.`,
  "canary subscribed": `${doctor} tells whether you may write the tables, and whether DATA_KEYS is the service's.`,
  "app known to the service": "npm run ops -- apps show canary.fanfare.invalid",
  "notification accepted": doctor,
  delivered:
    "npm run ops -- queue tells whether it waits; then npm run ops -- dead-letters list, and " +
    `${doctor}, which tells whether DATA_KEYS here is the service's: what another key sealed, it cannot push to.`,
  "canary removed": `nothing; it expires within ten minutes. ${doctor}`,
};

const smoke = (use: Surroundings, { app, timeout, json }: Options): Promise<void> =>
  connected(use, async (connection) => {
    const { output, stop } = use;
    const { url, place } = connection;
    if (url === undefined) {
      const fault = use.env.PUBLIC_URL ? "no http(s) URL" : "not set";
      throw new Failed(`PUBLIC_URL is ${fault}, and smoke posts there.`, exitCodes.usage);
    }
    const taken: Step[] = [];
    const over = (step: Step): void => {
      taken.push(step);
      if (!json) output.text(lineOf(step));
    };
    if (!json) output.text(`A canary through ${place}, at ${url}`);
    const tell = (failed?: Failure): void => {
      if (json) output.json(asDocument(taken, url, failed));
      else if (!failed) output.text(`A notification goes all the way in ${msOf(taken)} ms.`);
    };
    try {
      await goAllTheWay({ use, connection, url, app, withinMs: timeout * 1_000, take: stepsOf({ over, next, stop }) });
    } catch (error) {
      tell(error instanceof StepFailed ? error : elsewhere(error, stop));
      throw error;
    }
    tell();
  });

type Failure = { readonly step: StepName | null; readonly sentence: string; readonly next: string };

/** Between two steps: it could not be noted, or somebody pressed Ctrl-C. */
const elsewhere = (error: unknown, stop: AbortSignal): Failure =>
  stop.aborted
    ? { step: null, sentence: "Interrupted.", next: "npm run ops -- smoke" }
    : { step: null, sentence: sentenceOf(error), next: doctor };

const stepWidth = 26;
const lineOf = ({ step, ok, ms, note }: Step): string =>
  `${step.padEnd(stepWidth)}${String(ms).padStart(6)} ms  ${ok ? (note ?? "") : "FAILED"}`.trimEnd();

/** From the POST to the delivery. */
const msOf = (taken: readonly Step[]): number =>
  taken.reduce((sum, { step, ms }) => (step === "notification accepted" || step === "delivered" ? sum + ms : sum), 0);

const asDocument = (steps: readonly Step[], url: string, failed: Failure | undefined) => ({
  ok: failed === undefined,
  url,
  steps,
  ...(failed
    ? { failed: { step: failed.step, sentence: failed.sentence, next: failed.next } }
    : { allTheWayMs: msOf(steps) }),
});
