import { ServiceBusAdministrationClient, ServiceBusClient } from "@azure/service-bus";
import { systemClock } from "../../../shared/clock.ts";
import { answeredAt } from "../../../shared/fanout/backlog.bus.ts";
import { busDeadLetters } from "../../../shared/fanout/dead-letters.bus.ts";
import type { DeadLetter } from "../../../shared/fanout/dead-letters.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { Look } from "./section.ts";
import type { ToldDeadLetter, ToldQueue } from "./told.ts";

export type BusAccess = {
  readonly connectionString: string;
  /** Where an emulator's administration answers. */
  readonly adminUrl: string | undefined;
};

/** Looks at the queue that notifications wait in. */
export type BusLooks = {
  readonly queue: Look<ToldQueue>;
  readonly deadLetters: Look<readonly ToldDeadLetter[]>;
  readonly close: () => Promise<void>;
};

const toldMax = 5;
/** The last ones are found by going through all: no further than so many. */
const lookedAtMax = 1_000;

/** A look that fails is not repeated: the next one comes soon enough. */
const noRetries = { retryOptions: { maxRetries: 0, timeoutInMs: 2_000 } };

/** Connects on first use. Throws only when the connection string is malformed. */
export const busLooks = ({ connectionString, adminUrl }: BusAccess): BusLooks => {
  const own = new ServiceBusAdministrationClient(connectionString, noRetries);
  const administration = adminUrl === undefined ? own : answeredAt(own, adminUrl);
  const isKnown = adminUrl !== undefined || !/UseDevelopmentEmulator=true/i.test(connectionString);
  let bus: ServiceBusClient | undefined;

  const counts = async (stop: AbortSignal): Promise<ToldQueue> => {
    const found = await administration.getQueueRuntimeProperties(fanoutQueue, { abortSignal: stop });
    return {
      active: found.activeMessageCount,
      scheduled: found.scheduledMessageCount,
      deadLettered: found.deadLetterMessageCount,
    };
  };

  const latest = async (stop: AbortSignal): Promise<readonly ToldDeadLetter[]> => {
    // Mostly there is none, and then no connection is needed to know it.
    if (isKnown && (await counts(stop).catch(() => undefined))?.deadLettered === 0) return [];
    bus ??= new ServiceBusClient(connectionString, noRetries);
    letters ??= busDeadLetters(bus, systemClock);
    const found: DeadLetter[] = [];
    let seen = 0;
    for await (const letter of letters.all({ stop })) {
      found.push(letter);
      if (found.length > toldMax) found.shift();
      seen += 1;
      if (seen === lookedAtMax) break;
    }
    return found.toReversed().map(toldOf);
  };
  let letters: ReturnType<typeof busDeadLetters> | undefined;

  return {
    queue: async (stop) => {
      if (!isKnown) return { value: null, fault: "The bus’ administration is not known (SERVICEBUS_ADMIN_URL)." };
      return { value: await counts(stop), fault: null };
    },
    deadLetters: async (stop) => ({ value: await latest(stop), fault: null }),
    close: async () => {
      await bus?.close();
    },
  };
};

const toldOf = ({ sequence, content, reason, description, deliveryCount, enqueuedAt }: DeadLetter): ToldDeadLetter => {
  const job = content.kind === "job" ? content.job : undefined;
  return {
    sequence,
    enqueuedAt: new Date(enqueuedAt).toISOString(),
    deliveryCount,
    reason: reason ?? null,
    description: description ?? null,
    notificationId: job?.id ?? null,
    kind: job?.kind ?? null,
  };
};
