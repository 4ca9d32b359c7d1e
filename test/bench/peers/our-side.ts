import type { LocalStack } from "../../support/stack.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";
import { cpuSecondsOf } from "./cpu.ts";
import type { Side } from "./side.ts";
import { rawContentOf } from "./told.ts";

/** What stands for the outside world, and serves all sides. */
const pushServices = ["webpush", "native-push"];
const appName = "functions-host";

/** The local stack that runs, and whose users are subscribed: functions host, bus, tables and identity are what it consists of. */
export const ourSide = async (stack: LocalStack, subscribers: readonly Subscriber[]): Promise<Side> => {
  const authorization = `Bearer ${await stack.token()}`;
  const targetHostName = stack.stack.apps[0]?.hostName;
  return {
    name: "ours",
    url: stack.stack.httpUrl,
    requestFor: (user, mark) => ({
      path: "/beta/me/notifications/",
      headers: {
        authorization,
        "x-uns-id": subscribers[user]?.[0].unsid ?? "",
        "content-type": "application/json",
      },
      body: JSON.stringify({ targetHostName, appNotificationId: mark, payload: { rawContent: rawContentOf(mark) } }),
    }),
    cpu: async () => {
      const parts = (await stack.parts()).filter(({ name }) => !pushServices.includes(name));
      const seconds = await Promise.all(parts.map(async ({ name, pid }) => [name, await cpuSecondsOf(pid)] as const));
      const { [appName]: app = NaN, ...others } = Object.fromEntries(seconds);
      return { app, others };
    },
    stop: () => Promise.resolve(), // whoever started the stack ends it
  };
};
