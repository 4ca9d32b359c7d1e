// Express + BullMQ + Redis + a library that pushes, as a good engineer writes it in a day: it accepts a notification by HTTP, keeps it,
// and fans it out to the user's browsers. API and worker share a process, as they do in the service it is measured beside.
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { fanOut } from "./fan-out.mjs";
import { api, listening } from "./http.mjs";
import { libraries } from "./libraries.mjs";
import { redisStore } from "./redis-store.mjs";

const { REDIS_PORT, PUSH_LIBRARY } = process.env;
const connection = { host: "127.0.0.1", port: Number(REDIS_PORT) };

const store = redisStore(new Redis({ ...connection, enableAutoPipelining: true }));
const { queue, worker } = fanOut({ connection, store, pushAll: libraries[PUSH_LIBRARY]() });

const app = api({
  subscribe: store.subscribe,
  notify: async ({ user, rawContent }) => {
    const id = randomUUID();
    await store.keep({ id, user, rawContent });
    await queue.add("fan-out", { id }, { jobId: id });
    return id;
  },
});

const server = await listening(app);
process.once("SIGTERM", async () => {
  server.close();
  server.closeIdleConnections();
  await worker.close(); // what is in hand is finished, what waits stays in Redis
  await queue.close();
  process.exit();
});
