import { app, type InvocationContext } from "@azure/functions";
import { fanoutQueue } from "../shared/fanout/fanout.ts";
import type { Emit } from "../shared/telemetry/events.ts";
import { readable } from "../shared/telemetry/readable.ts";
import { apiHandler } from "./api/api.ts";
import { createNotification } from "./api/create-notification.ts";
import { live, ready } from "./api/health.ts";
import { subscribe } from "./api/subscriptions.ts";
import { vapidPublicKey } from "./api/vapid-public-key.ts";
import { readConfig } from "./config.ts";
import { deliverNotification } from "./deliver-notification.ts";
import { dependencies } from "./dependencies.ts";

// Half configured, the app does not start: the error names every setting that is wrong.
const config = readConfig(process.env);
const use = { ...config, ...dependencies(config), policy: config.retryPolicy };

const api = {
  "/me/notifications": { POST: createNotification(use) },
  "/me/notifications/subscriptions": { POST: subscribe(use) },
  "/me/notifications/vapidPublicKey": { GET: vapidPublicKey(use) },
};
const outside = {
  "/health/live": { GET: live },
  "/health/ready": { GET: ready(use.checks) },
};

const answer = apiHandler({ ...use, api, outside });
const deliver = deliverNotification(use);

const emitTo =
  (context: InvocationContext): Emit =>
  (event) =>
    context.log(config.isDevelopment ? readable(event) : JSON.stringify(event));

// Without streams the platform hands over an empty body when a request is chunked.
app.setup({ enableHttpStream: true });

app.http("api", {
  route: "{*path}",
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
  authLevel: "anonymous", // callers bring bearer tokens, which the operations check
  handler: (request, context) =>
    answer(request, {
      emit: emitTo(context),
      bug: (error, requestId) => context.error(`request ${requestId} failed`, error),
    }),
});

app.serviceBusQueue("deliver-notification", {
  connection: "ServiceBusConnection",
  queueName: fanoutQueue,
  handler: (message, context) => deliver(message, emitTo(context)),
});

app.hook.appTerminate(use.close);
