// The API of both services: what comes in is checked here, and who may.
import { createHash, timingSafeEqual } from "node:crypto";
import express from "express";
import { z } from "zod";

const notificationSchema = z.object({ user: z.string().min(1).max(256), rawContent: z.string().min(1).max(3_000) });
const subscriptionSchema = z.object({
  user: z.string().min(1).max(256),
  deviceId: z.string().min(1).max(256),
  subscription: z.object({
    endpoint: z.url({ protocol: /^https$/ }),
    keys: z.object({ p256dh: z.string(), auth: z.string() }),
  }),
});

/** `subscribe` keeps a browser's subscription; `notify` resolves to the id of the notification that it answers for. */
export const api = ({ subscribe, notify }) => {
  const app = express();
  app.use(express.json({ limit: "16kb" }));
  app.use(withKey(process.env.API_KEY));
  app.put("/subscriptions", async (request, response) => {
    const { success, data, error } = subscriptionSchema.safeParse(request.body);
    if (!success) return response.status(400).json({ error: z.prettifyError(error) });
    await subscribe(data);
    response.status(204).end();
  });
  app.post("/notifications", async (request, response) => {
    const { success, data, error } = notificationSchema.safeParse(request.body);
    if (!success) return response.status(400).json({ error: z.prettifyError(error) });
    const id = await notify(data);
    response.status(201).location(`/notifications/${id}`).json({ id });
  });
  return app;
};

const digest = (text) => createHash("sha256").update(text).digest();

const withKey = (key) => {
  const expected = digest(`Bearer ${key}`);
  return ({ headers }, response, next) =>
    timingSafeEqual(digest(headers.authorization ?? ""), expected) ? next() : response.status(401).end();
};

/** Listens on a free port and says which on stdout. Resolves to the server. */
export const listening = (app) =>
  new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => {
      // Longer than any caller keeps a connection: Node's 5 s would be over, when it is busy, while a request is on its way.
      server.keepAliveTimeout = 65_000;
      console.log(server.address().port);
      resolve(server);
    });
  });
