import { Pool } from "undici";
import type { LocalStack } from "../../support/stack.ts";

/** A user, known to the app server by a UNSID. */
export type Poster = { readonly user: string; readonly unsid: string };

const answerWithinMs = 30_000;
const rawContent = "x".repeat(256);

/** Posts as an app server does, by kept connections. Nobody is pushed: the policy names a platform that no user here has. */
export const apiSide = async (stack: LocalStack, connections: number) => {
  const pool = new Pool(stack.stack.httpUrl, { connections });
  const targetHostName = stack.stack.apps[0]?.hostName;
  const authorization = `Bearer ${await stack.token()}`;
  /** Resolves when it was answered 201; rejects with what it was answered else. */
  const post = async ({ unsid }: Poster): Promise<void> => {
    const { statusCode, body } = await pool.request({
      method: "POST",
      path: "/beta/me/notifications/",
      headers: { authorization, "x-uns-id": unsid, "content-type": "application/json" },
      body: JSON.stringify({
        targetHostName,
        appNotificationId: crypto.randomUUID(),
        payload: { rawContent },
        targetPolicy: { platformTypes: ["Android"] },
      }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await body.text();
    if (statusCode !== 201) throw new Error(`${statusCode} ${text}`);
  };
  return { post, close: () => pool.close() };
};
