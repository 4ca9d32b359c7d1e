import { Option, type Command } from "commander";
import { systemClock } from "../../shared/clock.ts";
import { dataCipher, type DataCipher } from "../../shared/data-keys.ts";
import { deliveriesOf, untried, type Explainable } from "../../shared/delivery/explain.ts";
import { tableLedgers } from "../../shared/delivery/ledgers.table.ts";
import { lifeOf } from "../../shared/delivery/life.ts";
import type { FeedKey } from "../../shared/feed-key.ts";
import { tableFetchMarks } from "../../shared/feed/fetch-marks.table.ts";
import { notificationKey, notificationOf } from "../../shared/feed/rows.ts";
import {
  isExpired,
  parseNotificationId,
  type Notification,
  type NotificationId,
} from "../../shared/notification/notification.ts";
import type { StoredRow, Tables } from "../../shared/storage/table.ts";
import {
  closedKeyIdOf,
  endOf,
  subscriptionsBelow,
  subscriptionsFrom,
  unopened,
} from "../../shared/subscription/subscription-row.ts";
import { dataKeysOf } from "./app-settings.ts";
import { connected } from "./connect.ts";
import { exitCodes, Failed } from "./failed.ts";
import { servedAsFarAsKnown } from "./served.ts";
import type { Surroundings } from "./surroundings.ts";
import { textList, textTable } from "./text-table.ts";

/** `explain <notification id>`: why a device rang, or did not. */
export const addExplain = (program: Command, use: Surroundings): void => {
  program
    .command("explain")
    .description("why did my phone not buzz? What became of a notification at each of the user's devices")
    .argument("<id>", "the notification's id, as the POST answered it")
    .addOption(new Option("--json", "one JSON document"))
    .addHelpText("after", "\nExample:\n  npm run -s ops -- explain 019f3c2a-7d10-7b62-9c55-0d6f3a1b8e42\n")
    .action(async (given: string, { json = false }: { readonly json?: boolean }) => {
      const id = parseNotificationId(given);
      if (id === undefined)
        throw new Failed(`${given.slice(0, 64)} is not a notification's id: a GUID.`, exitCodes.usage);
      await connected(use, async ({ tables }) => {
        const { notification, deliveries, isOpened } = await explained(tables(), id, use);
        if (json) use.output.json({ notification: lifeOf(notification), value: deliveries });
        else use.output.text(textOf(notification, deliveries));
        if (!isOpened && deliveries.some(({ explanation }) => explanation.includes(untried))) use.output.note(unsure);
      });
    });
};

const explained = async (tables: Tables, id: NotificationId, use: Surroundings) => {
  const row = await rowOf(tables, id, use);
  const feed = row.partitionKey as FeedKey;
  const notification = notificationOf(row);
  const cipher = await cipherIfKnown(use);
  const subscriptions: Explainable[] = [];
  for await (const subscribed of tables.feeds.range(feed, subscriptionsFrom, subscriptionsBelow)) {
    const subscription = endOf(subscribed) > systemClock.now() ? unopened(subscribed) : undefined;
    const closedKeyId = subscription && cipher && closedKeyIdOf(subscribed, cipher);
    if (subscription) subscriptions.push({ ...subscription, closedKeyId });
  }
  const ledger = await tableLedgers({ ...tables, clock: systemClock, report: use.output.note }).read(feed, id);
  const isServed = servedAsFarAsKnown(use.env, {
    devices: subscriptions,
    entries: { ...ledger.tap, ...ledger.fallback, ...ledger.content },
  });
  const fetched = await tableFetchMarks({ ...tables, clock: systemClock }).of(feed, id);
  const now = systemClock.now();
  const deliveries = deliveriesOf({ notification, subscriptions, ledger, isServed, fetched, now });
  return { notification, deliveries, isOpened: cipher !== undefined };
};

/** What the Fanfare in question opens channels with; undefined where nobody says, or not as the service takes it: all else can be told. */
const cipherIfKnown = ({ env }: Surroundings): Promise<DataCipher | undefined> =>
  dataKeysOf(env).then(dataCipher, () => undefined);

const unsure =
  "A device that was not tried may be one whose channel the service cannot open: its DATA_KEYS is not set here, so that cannot be seen. " +
  "keys data tells how many there are.";

/** An id does not say whose notification it is: the store goes through its table. */
const rowOf = async ({ feeds }: Tables, id: NotificationId, { output, stop }: Surroundings): Promise<StoredRow> => {
  let pages = 0;
  for await (const page of feeds.withRowKey(notificationKey(id))) {
    stop.throwIfAborted();
    const [row] = page;
    if (row) return row;
    pages += 1;
    output.progress(`Looking for the notification: ${pages} pages of the table.`);
  }
  throw new Failed(
    `There is no notification ${id}: it never was, or it expired and was removed.`,
    exitCodes.nothingMatched,
  );
};

const textOf = (notification: Notification, deliveries: ReturnType<typeof deliveriesOf>): string => {
  const life = lifeOf(notification);
  const isReplaced = life.contentDateTime !== life.creationDateTime;
  const about = textList({
    notification: life.id,
    app: life.targetHostName,
    "app's own id": life.appNotificationId,
    status: isExpired(notification, systemClock.now()) ? "expired" : life.status,
    state: `${life.readState}, ${life.userActionState}`,
    "for platforms": life.platformTypes.join(", "),
    content: life.content.join(", ") || "none",
    "shown for": life.content.includes("visualContent") ? `${life.displayTimeToLive} s` : undefined,
    fallback: life.fallbackDelayInSeconds === null ? undefined : `after ${life.fallbackDelayInSeconds} s`,
    accepted: life.creationDateTime,
    replaced: isReplaced ? life.contentDateTime : undefined,
    changed: life.lastModifiedDateTime ?? undefined,
    expires: life.expirationDateTime,
  });
  if (deliveries.length === 0) return `${about}\n\nThe user has no device subscribed to this app.`;
  const rows = deliveries.map(({ platformType, displayName, subscriptionId, attempts, explanation }) => [
    platformType ?? "(left)",
    displayName ?? subscriptionId.slice(0, 8),
    String(attempts),
    explanation,
  ]);
  const earlier = deliveries.flatMap(({ displayName, subscriptionId, earlierAttempts }) =>
    earlierAttempts.map(({ outcome, reason, dateTime }) => [
      displayName ?? subscriptionId.slice(0, 8),
      dateTime,
      outcome,
      reason ?? "",
    ]),
  );
  const history =
    earlier.length > 0 ? `\n\nEarlier attempts\n${textTable(["device", "when", "outcome", "reason"], earlier)}` : "";
  const alerts = deliveries.flatMap(({ displayName, subscriptionId, fallback }) =>
    fallback ? [[displayName ?? subscriptionId.slice(0, 8), String(fallback.attempts), fallback.explanation]] : [],
  );
  const alerted =
    alerts.length > 0
      ? `\n\nThe fallback's alert\n${textTable(["device", "attempts", "what became of it"], alerts)}`
      : "";
  return `${about}\n\n${textTable(["platform", "device", "attempts", "what became of it"], rows)}${alerted}${history}`;
};
