import * as z from "zod";
import { milliseconds } from "../clock.ts";
import { anyCase, anyCaseList, faultsOf, member, members, needed, required, sentenceOf } from "../members.ts";
import { Problem, type Fault } from "../problem.ts";
import { checkDataTypes } from "./data-types.ts";
import { hostNameSchema } from "./host-name.ts";
import { instantForm, parseInstant } from "./instant.ts";
import { lifetimeMaxMs, platformTypes, priorities, type NotificationDraft } from "./notification.ts";
import { nonEmpty, text, visualContentSchema } from "./visual-content.ts";

const lifetimeDefaultMs = 7 * milliseconds.day;
const displayTtlMaxSeconds = 2_147_483_647;

const payload = members(
  { rawContent: text(nonEmpty).min(1, nonEmpty).exactOptional(), visualContent: visualContentSchema.exactOptional() },
  "must be an object with rawContent or visualContent",
)
  .refine((content) => content.rawContent !== undefined || content.visualContent !== undefined, {
    error: "must have rawContent or visualContent",
  })
  .meta(needed("anyOf", ["rawContent", "visualContent"]));

const platforms = "must be a non-empty array of Windows, iOS, Android and WebPush";
const targetPolicy = members(
  {
    platformTypes: anyCaseList(platformTypes, platforms)
      .transform((types) => [...new Set(types)])
      .optional(),
  },
  "must be an object",
);

const onlyIos = 'must be exactly ["iOS"]';
const delay = "must be a whole number from 60 to 600";
const fallbackPolicy = members(
  {
    endpointFallback: members(
      {
        platformTypes: anyCaseList(["iOS"], onlyIos)
          .refine(({ length }) => length === 1, { error: onlyIos })
          .meta({ maxItems: 1 }),
        fallbackDelayInSeconds: z
          .number({ error: required(delay) })
          .int(delay)
          .min(60, delay)
          .max(600, delay),
        visualContent: visualContentSchema,
      },
      "must be an object",
    ).optional(),
  },
  "must be an object",
);

const wholeSeconds = `must be a whole number from 0 to ${displayTtlMaxSeconds}, or a string of one`;
const displayTimeToLive = z
  .union(
    [
      z.int().meta({ minimum: 0, maximum: displayTtlMaxSeconds }),
      z
        .string()
        .regex(/^\d{1,10}$/)
        .transform(Number),
    ],
    { error: wholeSeconds },
  )
  .refine((seconds) => seconds >= 0 && seconds <= displayTtlMaxSeconds, { error: wholeSeconds });

const instant = "must be an ISO 8601 date and time";
const expirationDateTime = z
  .string({ error: instant })
  .meta({ pattern: instantForm.source })
  .transform((given, context) => {
    const epochMs = parseInstant(given);
    if (epochMs !== undefined) return epochMs;
    context.addIssue({ code: "custom", message: instant });
    return z.NEVER;
  });

const bounded = (least: number) => `must be a string of ${least} to 64 characters`;
/** What each member of a notification must be by itself (contract 2.2); rules between members are `parseNotification`'s. */
export const notificationSchema = members(
  {
    targetHostName: hostNameSchema,
    appNotificationId: text(bounded(1)).min(1, bounded(1)).max(64, bounded(1)),
    payload: payload,
    groupName: text(bounded(0)).max(64, bounded(0)).optional(),
    targetPolicy: targetPolicy.optional(),
    displayTimeToLive: displayTimeToLive.optional(),
    expirationDateTime: expirationDateTime.optional(),
    priority: anyCase(priorities, "must be None, High or Low").optional(),
    fallbackPolicy: fallbackPolicy.optional(),
  },
  "The body must be a JSON object",
);

/**
 * Understands the body of a POST (contract 2.2), filling in every default. `now` is epoch milliseconds.
 * Throws a `Problem`: `invalid-data-type` for a wrong `@odata.type`, else `invalid` with a fault for every member that is wrong.
 */
export const parseNotification = (body: unknown, now: number): NotificationDraft => {
  checkDataTypes(body);
  const parsed = notificationSchema.safeParse(body);
  const faults = [...(parsed.success ? [] : faultsOf(parsed.error)), ...crossFaults(body, now)];
  if (!parsed.success || faults.length > 0) throw contractProblem(faults);
  const given = parsed.data;
  const expiresAt = given.expirationDateTime ?? now + lifetimeDefaultMs;
  const displayMs = (given.displayTimeToLive ?? displayTtlMaxSeconds) * 1_000;
  const fallback = given.fallbackPolicy?.endpointFallback;
  return {
    targetHostName: given.targetHostName,
    appNotificationId: given.appNotificationId,
    groupName: given.groupName ?? null,
    payload: given.payload,
    platformTypes: given.targetPolicy?.platformTypes ?? platformTypes,
    priority: given.priority ?? (given.payload.visualContent ? "High" : "None"),
    expiresAt,
    displayUntil: Math.min(expiresAt, now + displayMs),
    fallback: fallback
      ? { delaySeconds: fallback.fallbackDelayInSeconds, visualContent: fallback.visualContent }
      : null,
  };
};

/** Rules between members, or against the clock: told together with the members' own faults, hence not a refinement. */
const crossFaults = (body: unknown, now: number): Fault[] => {
  const faults: Fault[] = [];
  const expiry = expirationDateTime.safeParse(member(body, "expirationDateTime"));
  const expiryFault = expiry.success ? outOfRange(expiry.data, now) : undefined;
  if (expiryFault) faults.push({ code: "OutOfRange", target: "expirationDateTime", message: expiryFault });
  const targeted = targetPolicy.safeParse(member(body, "targetPolicy") ?? {});
  const fallback = fallbackPolicy.safeParse(member(body, "fallbackPolicy") ?? {});
  const excludesIos = targeted.success && targeted.data.platformTypes?.includes("iOS") === false;
  if (excludesIos && fallback.success && fallback.data.endpointFallback) {
    const message = "needs iOS among targetPolicy.platformTypes";
    faults.push({ code: "Invalid", target: "fallbackPolicy.endpointFallback", message });
  }
  return faults;
};

const outOfRange = (expiresAt: number, now: number): string | undefined => {
  if (expiresAt <= now) return "must not be in the past";
  return expiresAt > now + lifetimeMaxMs ? "must be at most 30 days ahead" : undefined;
};

const contractProblem = (faults: readonly Fault[]): Problem => {
  const onlyPayload = faults.every(({ target }) => target === "payload" || target.startsWith("payload."));
  const opening = onlyPayload ? "The payload is invalid:" : "The notification does not match the contract:";
  return new Problem("invalid", sentenceOf(opening, faults), { details: faults });
};
