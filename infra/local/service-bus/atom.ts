import type { QueueSettings } from "./queue-settings.ts";
import type { Counts } from "./queue-rules.ts";

const serviceBus = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect";
const countsOf = "http://schemas.microsoft.com/netservices/2011/06/servicebus";
const madeAt = new Date().toISOString();

/** One queue as an ATOM entry: its declared properties and what it holds now. */
export const queueEntryXml = ({ name, properties }: QueueSettings, counts: Counts): string =>
  entry(name, "QueueDescription", [
    element("LockDuration", properties.lockDuration),
    element("MaxSizeInMegabytes", properties.maxSizeInMegabytes),
    element("RequiresDuplicateDetection", properties.requiresDuplicateDetection),
    element("RequiresSession", false),
    element("DefaultMessageTimeToLive", properties.defaultMessageTimeToLive),
    element("DeadLetteringOnMessageExpiration", properties.deadLetteringOnMessageExpiration),
    element("DuplicateDetectionHistoryTimeWindow", properties.duplicateDetectionHistoryTimeWindow),
    element("MaxDeliveryCount", properties.maxDeliveryCount),
    element("EnableBatchedOperations", true),
    element("SizeInBytes", counts.bytes),
    element("MessageCount", counts.total),
    element("Status", "Active"),
    element("CreatedAt", madeAt),
    element("UpdatedAt", madeAt),
    element("AccessedAt", new Date().toISOString()),
    `<CountDetails xmlns:d="${countsOf}">`,
    element("d:ActiveMessageCount", counts.active),
    element("d:DeadLetterMessageCount", counts.deadLettered),
    element("d:ScheduledMessageCount", counts.scheduled),
    element("d:TransferMessageCount", 0),
    element("d:TransferDeadLetterMessageCount", 0),
    "</CountDetails>",
    element("AutoDeleteOnIdle", "P10675199DT2H48M5.4775807S"),
    element("EnablePartitioning", false),
    element("EntityAvailabilityStatus", "Available"),
    element("EnableExpress", false),
  ]);

export const namespaceXml = (): string =>
  entry("$namespaceinfo", "NamespaceInfo", [
    element("CreatedTime", madeAt),
    element("MessagingSKU", "Standard"),
    element("ModifiedTime", madeAt),
    element("Name", "local"),
    element("NamespaceType", "Messaging"),
  ]);

/** A page of entries; `next` is the query of the page after it. */
export const feedXml = (entries: readonly string[], next: string | undefined): string =>
  [
    `<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Queues</title>`,
    element("updated", new Date().toISOString()),
    `<link rel="self" href="https://127.0.0.1/$Resources/Queues"/>`,
    next === undefined ? "" : `<link rel="next" href="https://127.0.0.1/$Resources/Queues?${escape(next)}"/>`,
    ...entries,
    "</feed>",
  ].join("");

export const errorXml = (status: number, detail: string): string =>
  `<Error>${element("Code", status)}${element("Detail", detail)}</Error>`;

const entry = (name: string, kind: string, elements: readonly string[]): string =>
  [
    `<entry xmlns="http://www.w3.org/2005/Atom">`,
    element("id", `https://127.0.0.1/${name}`),
    `<title type="text">${escape(name)}</title>`,
    element("published", madeAt),
    element("updated", madeAt),
    `<content type="application/xml"><${kind} xmlns="${serviceBus}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">`,
    ...elements,
    `</${kind}></content></entry>`,
  ].join("");

const element = (name: string, value: string | number | boolean): string =>
  `<${name}>${escape(String(value))}</${name}>`;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
