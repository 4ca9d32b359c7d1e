import type { ServiceBusAdministrationClient } from "@azure/service-bus";
import * as z from "zod";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { durationMs } from "../../local/service-bus/duration.ts";
import declared from "../../queues.json" with { type: "json" };
import { isDenied } from "./look.bus.ts";

/** A property of the queue that is not as `infra/queues.json` declares it. */
export type Difference = {
  readonly property: string;
  readonly is: string | number | boolean | undefined;
  readonly declared: string | number | boolean;
};

type Options = {
  readonly stop: AbortSignal;
  /** The local stack has a shorter lock, on purpose: a killed consumer's message comes back sooner. */
  readonly isLocal: boolean;
};

/** In what the queue `fanout` differs from its declaration; undefined when whoever asks may not know. Throws `Unavailable`. */
export const differencesOf = async (
  administration: ServiceBusAdministrationClient | undefined,
  { stop, isLocal }: Options,
): Promise<readonly Difference[] | undefined> => {
  if (!administration) return undefined;
  try {
    const found = await administration.getQueue(fanoutQueue, { abortSignal: stop });
    return differences(propertiesSchema.parse(found), { isLocal });
  } catch (cause) {
    if (isDenied(cause)) return undefined;
    throw new Unavailable("Service Bus", { cause });
  }
};

const valueSchema = z.union([z.string(), z.number(), z.boolean()]);
type Value = z.infer<typeof valueSchema>;
/** What else a queue has is of no interest here, nor of which type it is. */
const propertiesSchema = z.record(z.string(), valueSchema.optional().catch(undefined));

/** The comparison. A status other than active is a difference, too: such a queue gives or takes nothing. */
export const differences = (
  found: Readonly<Record<string, Value | undefined>>,
  { isLocal }: Pick<Options, "isLocal">,
): readonly Difference[] => {
  const wanted = Object.entries({ ...declaredProperties(), status: "Active" });
  return wanted.flatMap(([property, wish]) => {
    const is = found[property];
    if (isSame(is, wish) || (isLocal && property === "lockDuration")) return [];
    return [{ property, is, declared: wish }];
  });
};

const declaredProperties = (): Readonly<Record<string, Value>> =>
  declared.find(({ name }) => name === fanoutQueue)?.properties ?? {};

/** A minute may be written `PT1M` or `PT60S`. */
const isSame = (is: Value | undefined, wish: Value): boolean => {
  if (is === wish) return true;
  if (typeof is !== "string" || typeof wish !== "string") return false;
  const duration = durationMs(is);
  return duration !== undefined && duration === durationMs(wish);
};
