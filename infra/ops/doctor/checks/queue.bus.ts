import { fanoutQueue } from "../../../../shared/fanout/fanout.ts";
import { systemClock } from "../../../../shared/clock.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import { Misconnected } from "../../connect.ts";
import { ageOf } from "../../dead-letters-told.ts";
import { differencesOf } from "../../queue/declared.ts";
import { busLooks, type Look } from "../../queue/look.bus.ts";
import { lacksSignIn, sentenceOf } from "../../sentence.ts";
import { ok, signIn, unknown, warning, wrong, type Check, type Finding, type Patient } from "../check.ts";

/** An SLO of 30 s is missed by then, and a queue that is worked off is younger. */
const oldestMostSeconds = 60;

/** Whether the queue answers, may be sent to and is as declared, and what waits in it. */
export const queueCheck: Check = {
  name: "queue",
  look: async ({ connection, config }, stop) => {
    const now = systemClock.now();
    try {
      const bus = connection.bus();
      const administration = connection.administration();
      const looked = await busLooks({ bus, administration })({ stop, now });
      const [declared, sending] = await Promise.all([
        declaredFindings(connection, stop),
        sendFindings(connection, stop),
      ]);
      return [
        ok("It answers, and may be looked into."),
        ...sending,
        ...declared,
        ...waitingFindings(looked, now, config?.backlogLimit),
      ];
    } catch (error) {
      if (error instanceof Misconnected)
        return [
          wrong(
            error.message,
            "set it as the portal tells it, or ServiceBusConnection__fullyQualifiedNamespace for your sign-in.",
          ),
        ];
      if (!(error instanceof Unavailable)) throw error;
      return [
        wrong(
          sentenceOf(error),
          lacksSignIn(error)
            ? signIn
            : "look at the namespace, its network and your roles; without it nothing is accepted.",
        ),
      ];
    }
  },
};

/** Opens a link to send, which takes the right to send, and sends nothing. */
const sendFindings = async ({ bus }: Patient["connection"], stop: AbortSignal): Promise<readonly Finding[]> => {
  const sender = bus().createSender(fanoutQueue);
  try {
    await sender.createMessageBatch({ abortSignal: stop });
    return [];
  } catch {
    return [
      warning(
        "You may not send to it, so you cannot replay dead letters.",
        "the role Azure Service Bus Data Sender on the queue lets you.",
      ),
    ];
  } finally {
    await sender.close().catch(() => undefined);
  }
};

const declaredFindings = async (
  { administration, isLocal }: Patient["connection"],
  stop: AbortSignal,
): Promise<readonly Finding[]> => {
  const differences = await differencesOf(administration(), { stop, isLocal });
  if (differences === undefined)
    return [
      unknown(
        "Whether it is as declared, only who may manage it is told.",
        "the role Azure Service Bus Data Owner on the queue, or a key with Manage.",
      ),
    ];
  if (differences.length === 0) return [ok("It is as infra/queues.json declares.")];
  return differences.map(({ property, is, declared }) =>
    wrong(
      `${property} is ${String(is)}, and infra/queues.json declares ${String(declared)}.`,
      property === "status"
        ? "enable the queue again."
        : "deploy infra/main.bicep; what is fixed at creation takes a new queue.",
    ),
  );
};

/** What a look means: dead letters, age, and how near the backlog is to the limit from which on nothing more is accepted. */
export const waitingFindings = (
  { counts, oldest }: Look,
  now: number,
  backlogLimit: number | undefined,
): readonly Finding[] => {
  const ageSeconds = oldest ? Math.max(0, Math.round((now - oldest.enqueuedAt) / 1_000)) : 0;
  const findings: Finding[] = [];
  if (counts.deadLettered > 0)
    findings.push(
      warning(`${counts.deadLettered} dead letters wait.`, "npm run ops -- dead-letters list, then replay."),
    );
  if (ageSeconds > oldestMostSeconds)
    findings.push(
      warning(
        `${counts.active} notifications wait, the oldest for ${ageOf(ageSeconds)}.`,
        "npm run ops -- queue --watch tells whether it is worked off; see infra/alerts.md, backlog and deliveries-stalled.",
      ),
    );
  if (backlogLimit !== undefined && counts.active >= backlogLimit / 2)
    findings.push(
      warning(
        `The backlog is at ${Math.round((100 * counts.active) / backlogLimit)} % of BACKLOG_LIMIT.`,
        "allow the app more instances: infra/alerts.md, backlog.",
      ),
    );
  return findings.length > 0 ? findings : [ok(`${counts.active} notifications wait, no dead letter does.`)];
};
