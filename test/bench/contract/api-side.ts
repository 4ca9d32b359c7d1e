import type { LocalStack } from "../../support/stack.ts";
import { appServer } from "../app-server.ts";

/** A user, known to the app server by a UNSID. */
export type Poster = { readonly user: string; readonly unsid: string };

/** Nobody is pushed: the policy names a platform that no user here has. */
const more = { targetPolicy: { platformTypes: ["Android"] } };

/** Posts as an app server does, by kept connections. */
export const apiSide = async (stack: LocalStack, connections: number) => {
  const server = await appServer(stack, connections);
  /** Resolves when it was answered 201; rejects with what it was answered else. */
  const post = async ({ unsid }: Poster): Promise<void> => {
    const refused = await server.post({ unsid, appNotificationId: crypto.randomUUID(), more });
    if (refused !== undefined) throw new Error(refused);
  };
  return { post, close: server.close };
};
