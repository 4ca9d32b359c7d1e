import { assumed, quoted, set } from "./input.ts";

const docs = "https://learn.microsoft.com/azure/service-bus-messaging/";
const throttling = `${docs}service-bus-throttling`;
const quotas = `${docs}service-bus-quotas`;
const netPolicy = "Azure/azure-sdk-for-net: Azure.Messaging.ServiceBus/src/Primitives/ServiceBusRetryPolicy.cs";

/** Service Bus, and how our sends and the Functions host's receives meet it. */
export const busInputs = {
  creditsPerSecond: quoted(1_000, "credits/s, Standard namespace", throttling),
  creditsOfMessage: quoted(1, "credit, sent or received", throttling),
  creditsOfLook: quoted(10, "credits, a management call", throttling),
  lookSeconds: set(10, "s between looks, each instance with POSTs", "shared/throttle/busy-watch.ts"),
  unitBytesPerSecond: quoted(
    4e6,
    "B/s in and out, Premium unit",
    `${docs}service-bus-performance-improvements#benchmarks`,
  ),
  unitShare: assumed(0.5, "of that", "we send one by one, with duplicate detection; Microsoft's benchmark did neither"),
  unitsMost: quoted(16, "units, Premium namespace", `${docs}service-bus-premium-messaging`),
  messageBytes: assumed(1_000, "B, a message with its header", "its body is below 600: test/rules/capacity"),
  queueBytes: set(1_024 * 1_024 ** 2, "B, the queue", "infra/queues.json, maxSizeInMegabytes"),
  standardQueueBytesMost: quoted(5 * 1_024 ** 3, "B, a Standard queue", quotas),
  premiumQueueBytesMost: quoted(80 * 1_024 ** 3, "B, a Premium queue", quotas),
  connectionsMost: quoted(5_000, "AMQP connections, namespace", quotas),
  connectionsOfInstance: assumed(3, "connections", "the host's receiver, our sender, the scale monitor"),
  sendTries: set(3, "tries of a send", "shared/fanout/fanout.bus.ts"),
  sendPauseSeconds: set(0.25, "s between them, fixed", "shared/fanout/fanout.bus.ts"),
  receiverSleepSeconds: quoted(10, "s, a receiver told to wait", netPolicy),
  shutSeconds: set(5, "s without POSTs after a failed send", "shared/throttle/busy-watch.ts"),
  backlogLimit: set(100_000, "messages, then 406", "functions/settings.ts, BACKLOG_LIMIT"),
} as const;
