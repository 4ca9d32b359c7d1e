import { Pool } from "undici";
import type { LocalStack } from "../support/stack.ts";

type Posting = {
  readonly unsid: string;
  readonly appNotificationId: string;
  /** Of the notification, beside those two, its host name and a content of 256 bytes that begins with its name. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly stop?: AbortSignal;
};

const answerWithinMs = 30_000;
const rawContentBytes = 256;

/** An app server that posts by its users' UNSIDs, over so many kept connections: whoever finds none waits for one. */
export const appServer = async (stack: LocalStack, connections: number) => {
  const pool = new Pool(stack.stack.httpUrl, {
    connections,
    headersTimeout: answerWithinMs,
    bodyTimeout: answerWithinMs,
  });
  const targetHostName = stack.stack.apps[0]?.hostName;
  const authorization = `Bearer ${await stack.token()}`;
  return {
    /** Posts a notification. Resolves to what it was refused with; undefined after a 201. */
    post: async ({ unsid, appNotificationId, more, stop }: Posting): Promise<string | undefined> => {
      const payload = { rawContent: appNotificationId.padEnd(rawContentBytes, ".") };
      try {
        const { statusCode, body } = await pool.request({
          method: "POST",
          path: "/beta/me/notifications/",
          headers: { authorization, "x-uns-id": unsid, "content-type": "application/json" },
          body: JSON.stringify({ targetHostName, appNotificationId, payload, ...more }),
          ...(stop && { signal: stop }),
        });
        const text = await body.text();
        return statusCode === 201 ? undefined : `${statusCode} ${text}`;
      } catch (error) {
        return String(error);
      }
    },
    close: () => pool.close(),
  };
};
