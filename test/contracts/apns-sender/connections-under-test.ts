import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { until } from "../../support/until.ts";
import { accept, startApnsServer, type ApnsServer, type Pushed } from "./apns-server.ts";
import { sendTo, senderTo } from "./with-sender.ts";

// Who imports this sees what the hooks below gave it.
export let server: ApnsServer;
/** What ends after each case. */
export const running: (() => Promise<unknown>)[] = [];
export const sending = (...given: Parameters<typeof senderTo> | []): ChannelSender => {
  const [to = server, more = {}] = given;
  const sender = senderTo(to, more);
  running.push(() => sender.close());
  return sender;
};
export const several = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
export const lost = (reason: string) => ({ kind: "busy", origin: "silent", reason });

/** Pushes that are not answered until they are let go. */
export const holding = (): { letGo: () => void } => {
  const held: Pushed[] = [];
  server.answer = (pushed) => void held.push(pushed);
  const letGo = (): void => {
    server.answer = accept;
    held.splice(0).forEach(accept);
  };
  return { letGo };
};

/** Connects, however short the sender's time is: the machine may be busy. */
export const connected = async (sender: ChannelSender): Promise<ChannelSender> => {
  const isThere = async (): Promise<boolean> => (await sendTo(sender, [0]))[0]?.kind === "delivered";
  await until(isThere, { what: "a connection" });
  server.pushes.length = 0;
  return sender;
};

/** One server for all cases of the file that calls it, which allows two pushes at a time on a connection. */
export const oneServerAllowsTwo = (): void => {
  beforeAll(async () => {
    server = await startApnsServer(2);
  });
  afterAll(() => server.stop());
  beforeEach(() => server.reset());
  afterEach(async () => {
    await Promise.all(running.splice(0).map((stop) => stop()));
  });
};
