import { Pool } from "undici";
import type { LocalStack } from "../../support/stack.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";

/** So many wait for an answer at most; whoever comes then waits for a connection, and the time counts. */
const connections = 256;
const answerWithinMs = 30_000;
const rawContentBytes = 256;

/** An app server with kept connections that posts by its users' UNSIDs. */
export const appServer = async (stack: LocalStack) => {
  const pool = new Pool(stack.stack.httpUrl, { connections });
  const targetHostName = stack.stack.apps[0]?.hostName;
  const authorization = `Bearer ${await stack.token()}`;
  return {
    /** Posts a notification whose content begins with that mark. Resolves to what it was refused with; undefined after a 201. */
    post: async ([{ unsid }]: Subscriber, mark: string): Promise<string | undefined> => {
      try {
        const { statusCode, body } = await pool.request({
          method: "POST",
          path: "/beta/me/notifications/",
          headers: { authorization, "x-uns-id": unsid, "content-type": "application/json" },
          body: JSON.stringify({
            targetHostName,
            appNotificationId: mark,
            payload: { rawContent: mark.padEnd(rawContentBytes, ".") },
          }),
          signal: AbortSignal.timeout(answerWithinMs),
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
