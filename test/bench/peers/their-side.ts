import { randomBytes } from "node:crypto";
import { startProgram } from "../../support/program.ts";
import { concurrently } from "../pipeline/concurrently.ts";
import type { VapidKeys } from "../pipeline/plain-loop.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { installedIn } from "./installed.ts";
import type { Redis } from "./redis.ts";
import type { PeerName, Side } from "./side.ts";
import { rawContentOf } from "./told.ts";

type Wish = {
  readonly name: PeerName;
  /** The Redis that is its own; none for the one that keeps nothing. */
  readonly redis: Redis | undefined;
  readonly subscribers: readonly Subscriber[];
  readonly vapid: VapidKeys;
  /** The file of the authority that vouches for the push service. */
  readonly caFile: string;
  readonly stop: AbortSignal;
};

const programs: Readonly<Record<PeerName, { readonly file: string; readonly library: string }>> = {
  "BullMQ + web-push": { file: "service.mjs", library: "web-push" },
  "BullMQ + node-pushnotifications": { file: "service.mjs", library: "node-pushnotifications" },
  "node-pushnotifications, nothing kept": { file: "unkept-service.mjs", library: "node-pushnotifications" },
};

/** Starts their service in a process of its own and subscribes the same devices there. It ends its Redis with itself. */
export const theirSide = async ({ name, redis, subscribers, vapid, caFile, stop }: Wish): Promise<Side> => {
  const { file, library } = programs[name];
  const key = randomBytes(32).toString("base64url");
  const program = await startProgram({
    name,
    file: `${installedIn}/${file}`,
    env: {
      NODE_ENV: "production",
      NODE_EXTRA_CA_CERTS: caFile,
      API_KEY: key,
      PUSH_LIBRARY: library,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      ...(redis && { REDIS_PORT: String(redis.port) }),
    },
  });
  const url = `http://127.0.0.1:${program.ready}`;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  await subscribeAll(`${url}/subscriptions`, headers, subscribers, stop);
  return {
    name,
    url,
    requestFor: (user, mark) => ({
      path: "/notifications",
      headers,
      body: JSON.stringify({ user: userName(user), rawContent: rawContentOf(mark) }),
    }),
    cpu: async () => ({
      app: await cpuSecondsOf(program.pid),
      others: redis ? { redis: await cpuSecondsOf(redis.pid) } : {},
    }),
    stop: async () => {
      await program.stop();
      await redis?.stop();
    },
  };
};

const userName = (user: number): string => `bench-${user}@contoso.com`;

const subscribeAll = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  subscribers: readonly Subscriber[],
  stop: AbortSignal,
): Promise<void> => {
  const bodies = subscribers.flatMap((devices, user) =>
    devices.map(({ deviceId, channel }) => JSON.stringify({ user: userName(user), deviceId, subscription: channel })),
  );
  await concurrently({ count: bodies.length, atOnce: 8, stop }, async (index) => {
    const { status } = await fetch(url, { method: "PUT", headers, body: bodies[index] ?? "", signal: stop });
    if (status !== 204) throw new Error(`A peer answered a subscription with ${status}.`);
  });
};
