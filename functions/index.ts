import { app, type InvocationContext } from "@azure/functions";
import { fanoutQueue } from "../shared/fanout/fanout.ts";
import { apiHandler } from "./api/api.ts";
import { clientFile } from "./api/client.ts";
import { createNotification } from "./api/create-notification.ts";
import { docsFile, docsPage, openApi } from "./api/docs.ts";
import { changeNotifications } from "./api/feed/change-notifications.ts";
import { changeNotification } from "./api/feed/change-notification.ts";
import { deltaOfNotifications } from "./api/feed/delta-of-notifications.ts";
import { readDeliveries } from "./api/feed/read-deliveries.ts";
import { readNotification } from "./api/feed/read-notification.ts";
import { listNotifications } from "./api/feed/list-notifications.ts";
import { removeNotification } from "./api/feed/remove-notification.ts";
import { live, ready } from "./api/health.ts";
import { build } from "./build.ts";
import { deleteSubscription } from "./api/subscriptions/delete-subscription.ts";
import { getSubscription } from "./api/subscriptions/get-subscription.ts";
import { listSubscriptions } from "./api/subscriptions/list-subscriptions.ts";
import { subscribe } from "./api/subscriptions/subscribe.ts";
import { vapidPublicKey } from "./api/vapid-public-key.ts";
import { withHead } from "./api/with-head.ts";
import { readConfig } from "./config.ts";
import { deliverNotification } from "./deliver-notification.ts";
import { dependencies } from "./dependencies.ts";
import { onStopSignal } from "./on-stop-signal.ts";
import { purgeExpired, purgeSchedule } from "./purge-expired.ts";
import { telemetryOfProcess } from "./telemetry/of-process.ts";
import { watchDeadLetters, watchSchedule } from "./watch-dead-letters.ts";

// Half configured, the app does not start: the error names every setting that is wrong.
const config = readConfig(process.env);
/** What a push service is given at once, and as many that wait for their turn: more than that is held, and comes again. */
const pushesMost = 2 * config.deliveryConcurrency;
const use = { ...config, ...dependencies(config), policy: config.retryPolicy, pushesMost };
const told = telemetryOfProcess(config);

const api = {
  "/me/notifications": {
    GET: listNotifications(use),
    POST: createNotification(use),
    PATCH: changeNotifications(use),
  },
  "/me/notifications/delta": { GET: deltaOfNotifications(use) },
  "/me/notifications/:id": {
    GET: readNotification(use),
    PATCH: changeNotification(use),
    DELETE: removeNotification(use),
  },
  "/me/notifications/:id/deliveries": { GET: readDeliveries(use) },
  "/me/activities/:id": { GET: readNotification(use) },
  "/me/notifications/subscriptions": { GET: listSubscriptions(use), POST: subscribe(use) },
  "/me/notifications/subscriptions/:id": { GET: getSubscription(use), DELETE: deleteSubscription(use) },
  "/me/notifications/vapidPublicKey": { GET: vapidPublicKey(use) },
  "/openapi.json": { GET: openApi },
};
const outside = {
  "/health/live": { GET: live(build) },
  "/health/ready": { GET: ready(use.checks) },
  "/docs": withHead(docsPage),
  "/docs/:file": withHead(docsFile()),
  "/client/:file": withHead(clientFile(use)),
};

const answer = apiHandler({ ...use, api, outside });
const deliver = deliverNotification(use);
const purge = purgeExpired(use);
const watch = watchDeadLetters(use);

/** An invocation's own log: the platform tells whose line it is. */
const lineTo =
  (context: InvocationContext) =>
  (line: string): void =>
    context.log(line);

// Without streams the platform hands over an empty body when a request is chunked.
app.setup({ enableHttpStream: true });

app.http("api", {
  route: "{*path}",
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
  authLevel: "anonymous", // callers bring bearer tokens, which the operations check
  handler: (request, context) =>
    told.request(request, lineTo(context), (emit) =>
      answer(request, { emit, bug: (error, requestId) => context.error(`request ${requestId} failed`, error) }),
    ),
});

app.serviceBusQueue("deliver-notification", {
  connection: "ServiceBusConnection",
  queueName: fanoutQueue,
  handler: (message, context) =>
    told.message({ body: message, messageId: context.triggerMetadata?.messageId }, lineTo(context), (emit) =>
      deliver(message, {
        deliveryCount: Number(context.triggerMetadata?.deliveryCount ?? 1),
        emit,
        bug: (error) => context.error("a delivery failed", error),
      }),
    ),
});

app.timer("purge-expired", {
  schedule: purgeSchedule,
  handler: (_timer, context) => purge(told.timer(lineTo(context))),
});

app.timer("watch-dead-letters", {
  schedule: watchSchedule,
  handler: (_timer, context) => watch(told.timer(lineTo(context))),
});

// A request that only waits must not be what the host waits for.
const callOff = onStopSignal(use.live.close);
app.hook.appTerminate(async () => {
  callOff();
  await use.close();
  await told.stop();
});
