import type { FeedKey } from "../../../shared/feed-key.ts";
import { notificationKey } from "../../../shared/feed/rows.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import { until } from "../../support/until.ts";
import type { OperatorStack } from "./operator-stack.ts";

/** A notification whose message has become a dead letter. */
export type Dead = {
  readonly id: string;
  readonly content: string;
  readonly sequence: string;
  /** Puts right what was wrong with it. */
  readonly mend: () => Promise<void>;
};

/**
 * Has the service make a dead letter: the notification waits for its retry, for the push service refuses, when its row in the table is damaged;
 * ten runs fail with it. The refusals end here, so that nothing but the row is in the way.
 */
export const deadLetterOf = async (
  { stack, tables, inspector }: OperatorStack,
  { device, feed, content }: { readonly device: SubscribedDevice; readonly feed: FeedKey; readonly content: string },
): Promise<Dead> => {
  await stack.push.addFault({ device: device.deviceId, status: 503 });
  const { json } = await stack.post({ payload: { rawContent: content } }, { unsid: device.unsid });
  const id = String(json.id);
  const row = await tables.feeds.find(feed, notificationKey(id as NotificationId));
  if (!row) throw new Error("The notification is not in the table.");
  await tables.feeds.write({ kind: "put", row: { ...row, status: "damaged" } });
  const letter = await until(
    async () =>
      (await inspector.contents(fanoutQueue, { subQueueType: "deadLetter" })).find(({ body }) =>
        JSON.stringify(body).includes(id),
      ),
    { what: "it is a dead letter", within: 15_000 },
  );
  await stack.push.clearFaults();
  const mend = (): Promise<void> => tables.feeds.write({ kind: "put", row });
  return { id, content, sequence: String(letter.sequenceNumber), mend };
};
