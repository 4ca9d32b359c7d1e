import * as z from "zod";
import { CannotStart } from "../cannot-start.ts";
import { durationMs } from "./duration.ts";

/** Azure's "never": the longest duration it knows, and the default time to live. */
const foreverText = "P10675199DT2H48M5.4775807S";
const foreverMs = durationMs(foreverText) ?? Infinity;

const duration = z.string().refine((text) => (durationMs(text) ?? 0) > 0, "must be an ISO 8601 duration above zero");
const lockDuration = duration.refine((text) => (durationMs(text) ?? 0) <= 300_000, "must be at most PT5M");

/** Names and defaults of https://learn.microsoft.com/azure/templates/microsoft.servicebus/namespaces/queues */
const propertiesSchema = z.strictObject({
  lockDuration: lockDuration.default("PT1M"),
  maxDeliveryCount: z.int().min(1).max(2000).default(10),
  requiresDuplicateDetection: z.boolean().default(false),
  duplicateDetectionHistoryTimeWindow: duration.default("PT10M"),
  deadLetteringOnMessageExpiration: z.boolean().default(false),
  defaultMessageTimeToLive: duration.default(foreverText),
  maxSizeInMegabytes: z.int().min(1).max(81_920).default(1024),
  enablePartitioning: z.literal(false, "must be false: partitioned queues are not built").default(false),
  requiresSession: z.literal(false, "must be false: sessions are not built").default(false),
});

const queueSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[\w./-]{0,258}[a-z0-9])?$/i, "must be a queue name"),
  properties: propertiesSchema.prefault({}),
});

export type QueueProperties = z.infer<typeof propertiesSchema>;

/** One declared queue: the properties as written, and what the rules compute with (milliseconds, bytes; `Infinity` for never). */
export type QueueSettings = {
  readonly name: string;
  readonly properties: QueueProperties;
  readonly lockMs: number;
  readonly ttlMs: number;
  /** Undefined when duplicates are let through. */
  readonly duplicateWindowMs: number | undefined;
  readonly maxDeliveryCount: number;
  readonly deadLettersExpired: boolean;
  readonly maxBytes: number;
};

/**
 * Reads a declaration of queues: a JSON array of `{name, properties}` with Resource Manager's property names.
 * Throws `CannotStart` naming every faulty queue and property; `origin` says in that message where the declaration is.
 */
export const parseQueues = (declaration: unknown, origin: string): readonly QueueSettings[] => {
  const parsed = z.array(queueSchema).min(1).safeParse(declaration);
  if (!parsed.success) {
    throw new CannotStart(`${origin}: ${parsed.error.issues.map((issue) => describe(issue, declaration)).join("; ")}.`);
  }
  const names = parsed.data.map((queue) => queue.name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CannotStart(`${origin}: queue ${twice} is declared twice.`);
  return parsed.data.map(settingsOf);
};

const describe = (issue: z.core.$ZodIssue, declaration: unknown): string => {
  const [index, ...path] = issue.path;
  const named = z.array(z.object({ name: z.string() }).catch({ name: "" })).safeParse(declaration);
  const name = named.success && typeof index === "number" ? named.data[index]?.name : undefined;
  const property = path.filter((step) => step !== "properties").join(".");
  const where =
    index === undefined ? "declaration" : `queue ${name === undefined || name === "" ? String(index) : name}`;
  return [where, property, issue.message].filter(Boolean).join(": ");
};

const settingsOf = ({ name, properties }: z.infer<typeof queueSchema>): QueueSettings => {
  const ttlMs = durationMs(properties.defaultMessageTimeToLive) ?? Infinity;
  const windowMs = durationMs(properties.duplicateDetectionHistoryTimeWindow);
  return {
    name,
    properties,
    lockMs: durationMs(properties.lockDuration) ?? 0,
    ttlMs: ttlMs >= foreverMs ? Infinity : ttlMs,
    duplicateWindowMs: properties.requiresDuplicateDetection ? windowMs : undefined,
    maxDeliveryCount: properties.maxDeliveryCount,
    deadLettersExpired: properties.deadLetteringOnMessageExpiration,
    maxBytes: properties.maxSizeInMegabytes * 1024 * 1024,
  };
};
