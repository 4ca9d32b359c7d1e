import { once } from "node:events";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { until } from "../../support/until.ts";
import { pusher, startLocalApns, type Answer, type LocalApns } from "./local-apns.ts";

let apns: LocalApns;
let phone: NewDevice;
let providerToken: string;

beforeAll(async () => {
  apns = await startLocalApns();
  phone = await apns.control.createDevice();
  providerToken = await apns.providerToken();
});
afterAll(() => apns.stop());
beforeEach(async () => {
  await apns.call("POST", "/_http2", { maxConcurrentStreams: 1_000, refuseStreams: 0 });
  await apns.control.clearFaults();
  await apns.control.clearReceived();
});

/** A connection that has shown its provider token and may have all its streams. */
const provenConnection = async (): Promise<ClientHttp2Session> => {
  const session = apns.connect();
  await pusher(session, providerToken)(phone);
  await until(() => session.remoteSettings.maxConcurrentStreams !== 1, { what: "more streams than one" });
  return session;
};
const statusOf = ({ status }: Answer): number => status;
const push = (session: ClientHttp2Session): Promise<number> => pusher(session, providerToken)(phone).then(statusOf);

const tlsOptions = (): ConnectionOptions => ({ host: "127.0.0.1", port: Number(new URL(apns.url).port), ca: apns.ca });

test("a client that offers HTTP/1.1 alone is refused by the handshake", async () => {
  const socket = connectTls({ ...tlsOptions(), ALPNProtocols: ["http/1.1"] });
  const [error] = (await once(socket, "error")) as [Error];
  expect(error).toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" });
});

test("a client that offers nothing and speaks HTTP/1.1 is told that this is HTTP/2", async () => {
  const socket = connectTls(tlsOptions());
  socket.write("POST /3/device/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  const came = Buffer.concat(chunks);
  expect(came.subarray(0, 9)).toEqual(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  expect(came.toString("latin1")).toMatch(/HTTP\/2 client preface string missing or corrupt\.$/);
});

test("a connection has one stream until it shows a valid provider token, then 1,000", async () => {
  const session = apns.connect();
  const [settings] = await once(session, "remoteSettings");
  expect(settings).toMatchObject({ maxConcurrentStreams: 1 });
  const refused = await pusher(session, await apns.providerToken({ iss: "ABCDEFGHJK" }))(phone);
  expect(refused.status).toBe(403);
  expect(session.remoteSettings.maxConcurrentStreams).toBe(1);
  const more = once(session, "remoteSettings");
  expect(await push(session)).toBe(200);
  expect(await more).toMatchObject([{ maxConcurrentStreams: 1_000 }]);
});

test("streams beyond the one that come before the settings are known are refused unseen", async () => {
  const session = apns.connect();
  const answers = await Promise.allSettled([push(session), push(session), push(session)]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(answers[1]).toMatchObject({ reason: { message: expect.stringContaining("NGHTTP2_REFUSED_STREAM") } });
  expect(await apns.control.received()).toHaveLength(1);
});

test("the number of streams can be changed while connections are open, but for those that have shown no token", async () => {
  const session = await provenConnection();
  const unproven = apns.connect();
  await once(unproven, "remoteSettings");
  const toldMore = vi.fn();
  unproven.on("remoteSettings", toldMore);
  const changed = once(session, "remoteSettings");
  const { json } = await apns.call("POST", "/_http2", { maxConcurrentStreams: 7 });
  expect(json).toMatchObject({ maxConcurrentStreams: 7 });
  expect(await changed).toMatchObject([{ maxConcurrentStreams: 7 }]);
  // A round trip later than the change would have been told it as well.
  await new Promise((resolve) => unproven.ping(resolve));
  expect(toldMore).not.toHaveBeenCalled();
});

test("GOAWAY in the middle of traffic: what was taken is answered, the rest was never seen, nothing is in between", async () => {
  const session = await provenConnection();
  await apns.control.clearReceived();
  const goaway = once(session, "goaway");
  const pushes = Array.from({ length: 300 }, () => push(session));
  await apns.control.waitFor(({ status }) => status === 200);
  await apns.call("POST", "/_http2", { goaway: true });
  const answers = await Promise.allSettled(pushes);
  const [code, lastStreamId, why] = (await goaway) as [number, number, Buffer];
  expect([code, String(why)]).toEqual([0, '{"reason":"Shutdown"}']);
  expect(lastStreamId).toBeGreaterThan(1);
  const taken = answers.filter(({ status }) => status === "fulfilled");
  expect(await apns.control.received()).toHaveLength(taken.length);
  // Streams have odd numbers; the first one of this connection was the push that proved it.
  expect(taken).toHaveLength((lastStreamId - 1) / 2);
  await until(() => session.destroyed, { what: "the end of the connection" });
  expect(await push(apns.connect())).toBe(200);
});

test("a connection on which nothing happens is told to go as well", async () => {
  const session = await provenConnection();
  const closed = once(session, "close");
  await apns.call("POST", "/_http2", { goaway: true });
  await closed;
  await until(async () => ((await apns.call("GET", "/_http2")).json as { connections: number }).connections === 0, {
    what: "no connections",
  });
});

test("streams are refused unseen as often as told", async () => {
  const session = await provenConnection();
  await apns.control.clearReceived();
  await apns.call("POST", "/_http2", { refuseStreams: 2 });
  for (const _time of [1, 2]) await expect(push(session)).rejects.toThrow("NGHTTP2_REFUSED_STREAM");
  expect(await push(session)).toBe(200);
  expect(await apns.control.received()).toHaveLength(1);
});

test("a fault answers with any of Apple's statuses and reasons, and names the push", async () => {
  const headers = { "retry-after": "30" };
  await apns.control.addFault({ status: 503, headers, body: { reason: "ServiceUnavailable" }, count: 1 });
  const answer = await pusher(apns.connect(), providerToken)(phone);
  expect(answer).toMatchObject({
    status: 503,
    headers: { "apns-id": expect.any(String), "retry-after": "30" },
    body: { reason: "ServiceUnavailable" },
  });
  expect(await apns.control.received()).toMatchObject([{ status: 503, reason: "a fault was asked for" }]);
});

test("a reset breaks the connection and all that is under way on it", async () => {
  const session = await provenConnection();
  await apns.control.addFault({ hang: true, count: 1 });
  await apns.control.addFault({ reset: true, count: 1 });
  const error = once(session, "error");
  const answers = await Promise.allSettled([push(session), push(session)]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await error)[0]).toMatchObject({ code: "ECONNRESET" });
});

test("a push that hangs keeps nobody else's waiting, and its sender may give it up", async () => {
  const session = await provenConnection();
  await apns.control.addFault({ hang: true, count: 1 });
  const stream = session.request({ ":method": "POST", ":path": `/3/device/${String(phone.channel.token)}` });
  stream.end("{}");
  await apns.control.waitFor(({ reason }) => reason === "a fault was asked for");
  expect(await push(session)).toBe(200);
  stream.close(8);
  await once(stream, "close");
  expect(await push(session)).toBe(200);
});

test.each([
  [{ goaway: false }, /^goaway: /],
  [{ maxConcurrentStreams: -1 }, /^maxConcurrentStreams: /],
  [{ ping: true }, /ping/],
])("/_http2 %j is answered 400 with what is wrong", async (body, told) => {
  expect(await apns.call("POST", "/_http2", body)).toEqual({
    status: 400,
    json: { error: expect.stringMatching(told) },
  });
});
