import { TableClient } from "@azure/data-tables";
import { joined } from "../../shared/storage/chunks.ts";
import type { LocalStack } from "../support/stack.ts";
import type { Observed } from "./observed.ts";
import type { Verdict } from "./verdict.ts";

/** Notifications told of at length; the others would say the same. */
const toldMax = 5;
const linesMax = 25;

/**
 * What is known of what was lost, outdated or stacked: what callers were answered, what the push service saw of it, what the ledger has
 * and what the app said. Names ids, and no content that anybody else wrote.
 */
export const evidenceOf = async (stack: LocalStack, observed: Observed, verdict: Verdict): Promise<string[]> => {
  const told = [
    ...verdict.lost.map(({ post, deviceId }) => ({ what: "lost", notification: post.notification, deviceId })),
    ...verdict.outdated.map(({ post, deviceId }) => ({ what: "outdated", notification: post.notification, deviceId })),
    ...verdict.stacked.map((toasts) => ({ what: "stacked", ...toasts })),
  ];
  const output = stack.output().split("\n");
  const chapters = told.slice(0, toldMax).map(async ({ what, notification, deviceId }) => {
    const posts = observed.accepted.filter((post) => post.notification === notification);
    const id = posts[0]?.id ?? "";
    return [
      `${what}: chaos-${notification} (${id}) on device ${deviceId}`,
      ...posts.map(
        ({ version, askedAt, answeredAt }) => `  ${timeOf(answeredAt)} accepted .${version}, asked ${timeOf(askedAt)}`,
      ),
      ...pushesOf(observed, notification, deviceId),
      `  shows ${shownOn(observed, notification, deviceId)}`,
      ...(await ledgerOf(stack, id)).map((line) => `  ledger ${line}`),
      ...output
        .filter((line) => id !== "" && line.includes(id))
        .slice(-linesMax)
        .map((line) => `  ${line}`),
    ];
  });
  const more = told.length > toldMax ? [`and ${told.length - toldMax} more`] : [];
  return [...(await Promise.all(chapters)).flat(), ...more];
};

/** Refused pushes are told apart by their topic, for nobody could read them. */
const pushesOf = ({ arrivals, registrations }: Observed, notification: number, deviceId: string): string[] => {
  const topic = arrivals.find(({ mark }) => mark?.notification === notification)?.topic;
  const subscribed = registrations.filter((one) => one.deviceId === deviceId);
  return [
    ...subscribed.map(({ answeredAt: at }) => ({ at, text: "subscribed" })),
    ...arrivals
      .filter((one) => one.deviceId === deviceId && (one.mark?.notification === notification || one.topic === topic))
      .map(({ at, status, mark }) => ({
        at,
        text: `push ${status ?? "unanswered"}${mark ? ` .${mark.version}` : ""}`,
      })),
  ]
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, text }) => `  ${timeOf(at)} ${text}`);
};

const shownOn = ({ screens }: Observed, notification: number, deviceId: string): string =>
  (screens.get(deviceId) ?? [])
    .filter((mark) => mark.notification === notification)
    .map(({ version }) => `.${version}`)
    .join(", ") || "nothing";

const ledgerOf = async ({ stack }: LocalStack, id: string): Promise<string[]> => {
  const client = TableClient.fromConnectionString(stack.tables.connectionString, "deliveries", {
    allowInsecureConnection: true,
  });
  const rows: string[] = [];
  try {
    for await (const row of client.listEntities({ queryOptions: { filter: `RowKey eq '${id}'` } })) {
      rows.push(joined("told", row as Parameters<typeof joined>[1]) || JSON.stringify(row));
    }
  } catch (error) {
    rows.push(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return rows.length > 0 ? rows : ["has nothing"];
};

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 23);
