// Express + node-pushnotifications, as the library's own pages use it: pushed within the request, from memory. Nothing is kept and nothing is
// tried again: less than the job of the others, and shown for what a queue and a store cost.
import { randomUUID } from "node:crypto";
import { api, listening } from "./http.mjs";
import { libraries } from "./libraries.mjs";

const devices = new Map();
const pushAll = libraries["node-pushnotifications"]();

const app = api({
  subscribe: ({ user, deviceId, subscription }) => {
    const ofUser = devices.get(user) ?? new Map();
    devices.set(user, ofUser.set(deviceId, subscription));
  },
  notify: async ({ user, rawContent }) => {
    const id = randomUUID();
    const ofUser = devices.get(user) ?? new Map();
    const became = await pushAll([...ofUser.values()], JSON.stringify({ id, rawContent }));
    [...ofUser.keys()].forEach((deviceId, index) => {
      if (became[index] === "gone") ofUser.delete(deviceId);
    });
    return id;
  },
});

const server = await listening(app);
process.once("SIGTERM", () => {
  server.close();
  process.exit();
});
