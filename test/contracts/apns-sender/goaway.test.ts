import { constants } from "node:http2";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { accept, startApnsServer, type ApnsServer, type Pushed } from "./apns-server.ts";
import { sendTo, senderTo, tokenOf } from "./with-sender.ts";

let server: ApnsServer;
let sender: ChannelSender;
beforeAll(async () => {
  server = await startApnsServer(100);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.reset();
  sender = senderTo(server, { timeLimitMs: 18_000 }); // on a busy machine, too, what fails is what is lost
});
afterEach(() => sender.close());

const thousand = Array.from({ length: 1_000 }, (_, number) => number);

/** Answers late, counts what it took, and says goodbye after every so many, having looked at no stream above the one it is at. */
const restless = (every: number, last: (pushed: Pushed) => number) => {
  const taken: string[] = [];
  const goodbyes = new Map<Pushed["session"], number>();
  server.answer = (pushed) => {
    const { session, stream, path } = pushed;
    if (stream.id! > (goodbyes.get(session) ?? Infinity)) return;
    taken.push(path.slice("/3/device/".length));
    setImmediate(() => accept(pushed));
    if (taken.length % every !== 0) return;
    goodbyes.set(session, last(pushed));
    session.goaway(constants.NGHTTP2_NO_ERROR, last(pushed));
  };
  return taken;
};

test("a GOAWAY in the middle of 1,000 pushes loses none, and rings none twice", async () => {
  const taken = restless(130, ({ stream }) => stream.id!);
  const outcomes = await sendTo(sender, thousand);
  expect(outcomes.filter(({ kind }) => kind !== "delivered")).toEqual([]);
  expect(taken.sort()).toEqual(thousand.map(tokenOf));
  expect(server.sessions.length).toBeGreaterThan(4);
});

test("nor does one that announces the end first, and leaves the last stream open", async () => {
  const some = thousand.slice(0, 400);
  const taken = restless(90, () => 2 ** 31 - 1);
  const outcomes = await sendTo(sender, some);
  expect(outcomes.filter(({ kind }) => kind !== "delivered")).toEqual([]);
  expect(taken.sort()).toEqual(some.map(tokenOf));
});
