import { request as httpRequest, type ClientRequest } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

let app: FixtureApp;
beforeAll(async () => {
  app = await fixtureApp("streams");
});
afterAll(() => app.remove());

/** A request that a function is working on: it reads a body of which the end is still to come. */
const inHand = async (host: Host): Promise<{ request: ClientRequest; answer: Promise<string> }> => {
  const request = httpRequest(`${host.url}/echo`, { method: "POST", headers: { expect: "100-continue" } });
  const answer = new Promise<string>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => resolve(text(response)));
  });
  answer.catch(() => undefined);
  await new Promise((resolve) => request.once("continue", resolve));
  request.write("begun,");
  // Another request, answered after this one was taken.
  await fetch(`${host.url}/behave/empty`);
  return { request, answer };
};

const refusesConnections = (host: Host): Promise<boolean> =>
  fetch(host.url).then(
    () => false,
    () => true,
  );

test("a stop finishes the request in hand, takes no new one, tells the app, and ends with 0", async () => {
  const host = await app.start();
  const { request, answer } = await inHand(host);
  const stopped = host.stop();
  await until(() => refusesConnections(host), { what: "new connections are refused" });
  request.end("finished");
  expect(await answer).toBe("begun,finished");
  expect((await stopped).code).toBe(0);
  expect(host.output()).toContain("the app is told that it ends");
});

test("what does not finish is given up: the host has ended within 5 s all the same", async () => {
  const host = await app.start();
  const { request } = await inHand(host);
  expect((await host.stop(5_000)).code).toBe(0);
  expect(host.output()).toMatch(/1 invocations? did not finish in time/);
  expect(host.output()).toContain("the app is told that it ends");
  request.destroy();
});

test("a second signal ends it at once", async () => {
  const host = await app.start();
  const { request } = await inHand(host);
  process.kill(host.pid, "SIGTERM");
  await until(() => refusesConnections(host), { what: "the first signal has been heard" });
  process.kill(host.pid, "SIGTERM");
  expect((await host.exited).code).toBe(130);
  request.destroy();
});
