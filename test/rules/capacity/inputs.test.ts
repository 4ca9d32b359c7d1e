import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingsSchema } from "../../../functions/settings.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { messageOf } from "../../../shared/fanout/message.ts";
import { hashOf } from "../../../shared/hash.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { inputs, values } from "../../bench/capacity/inputs/inputs.ts";
import { root } from "../docs/pages.ts";
import { now } from "../samples.ts";

const text = (path: string): string => readFileSync(`${root}${path}`, "utf8");

test("what the plan says of our settings is what they are", () => {
  const standard = (name: keyof typeof settingsSchema.shape): unknown => settingsSchema.shape[name].parse(undefined);
  expect(values).toMatchObject({
    backlogLimit: standard("BACKLOG_LIMIT"),
    pushesAtOnce: standard("DELIVERY_CONCURRENCY"),
    userWrites: standard("THROTTLE_USER_WRITES_PER_5_MINUTES"),
    appWrites: standard("THROTTLE_APP_WRITES_PER_MINUTE"),
    retryBaseSeconds: standard("RETRY_BASE_SECONDS"),
    retryCapSeconds: standard("RETRY_CAP_SECONDS"),
    callsAtOnce: standard("AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls"),
    scaleTarget: standard("AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls"),
  });
});

test("what it says of the infrastructure is what is deployed", () => {
  const [queue] = JSON.parse(text("infra/queues.json")) as { properties: { maxSizeInMegabytes: number } }[];
  expect(values.queueBytes).toBe((queue?.properties.maxSizeInMegabytes ?? 0) * 1_024 ** 2);
  const bicep = text("infra/main.bicep");
  expect(bicep).toContain(`param deliverAlwaysReady int = ${values.deliverReady}\n`);
  expect(bicep).toContain(`param instanceMemoryMB int = ${values.memoryGb * 1_024}\n`);
});

test("what it says of our code stands there", () => {
  const pause = values.sendPauseSeconds * 1_000;
  expect(text("shared/fanout/fanout.bus.ts")).toContain(
    `{ maxRetries: ${values.sendTries - 1}, retryDelayInMs: ${pause},`,
  );
  const watch = text("shared/throttle/busy-watch.ts");
  expect(watch).toContain(`const pauseMs = ${values.shutSeconds} * milliseconds.second;`);
  expect(watch).toContain(`const lookEveryMs = ${values.lookSeconds} * milliseconds.second;`);
  expect(text("shared/delivery/push-origin.ts")).toContain(
    `Math.min(${values.breakerMostSeconds} * milliseconds.second`,
  );
  expect(text("shared/delivery/breaker.ts")).toContain(`(now - since) / ${1 / values.awaySpread}`);
  expect(text("shared/storage/hint-hours.ts")).toContain("_${name.slice(0, 1)}"); // a letter of base64url: 64
});

test("the longest message's body is below 600 bytes, so that a message with its header is about a kilobyte", () => {
  const job = {
    v: 1,
    feed: hashOf("user") as FeedKey,
    id: newNotificationId(now),
    version: 1_000_000,
    kind: "fallback",
    actor: hashOf("actor") as SubscriptionId,
    hop: 1_000,
    due: now,
    again: 1_000_000,
    replayedAt: now,
    acceptedAt: now,
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  } as const;
  expect(JSON.stringify(messageOf(job, now + 1, now).body).length).toBeLessThan(600);
});

test("every input says its unit and where it comes from, and what is quoted names a page", () => {
  for (const [name, { value, unit, from }] of Object.entries(inputs)) {
    expect([name, Number.isFinite(value), unit === ""]).toEqual([name, true, false]);
    if (from.kind === "quoted") expect([name, from.page]).toEqual([name, expect.stringMatching(/^https:|^Azure\//)]);
    else expect(Object.values(from).every((said) => said.length > 2)).toBe(true);
  }
  const shares = values.fcmShare + values.apnsShare + values.webPushShare + values.wnsShare;
  expect(shares).toBeCloseTo(1);
});
