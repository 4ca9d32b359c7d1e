import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acknowledge, helloBrowser, subscribeOn, type Heard } from "./browser-client.ts";
import { push, startLocalService, type LocalService } from "./local-service.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService({ receivedKept: 10_000, isEphemeral: false });
});
afterAll(() => service.stop());

type Push = { readonly ttlSeconds: number; readonly topic: string | null };
type Step =
  | (Push & { readonly do: "push" | "push and connect at once" })
  | { readonly do: "connect" | "drop" | "acknowledge one" | "acknowledge all" }
  | { readonly do: "wait"; readonly seconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("push", "push", "push and connect at once"),
      ttlSeconds: fc.constantFrom(0, 10, 1_000_000),
      topic: fc.constantFrom(null, "a", "b"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("connect", "drop", "acknowledge one", "acknowledge all") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), seconds: fc.constantFrom(1, 11) }) },
);

test("however connections come and break, each push is acknowledged exactly once, or expired, or was replaced by one of its topic", async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
    await service.control.clearReceived();
    let browser = await helloBrowser(service);
    const { uaid } = browser;
    const page = await subscribeOn(browser, service.keys.publicKey);
    let isConnected = true;
    let told: Heard[] = [];
    let toldHere = new Set<string>();
    const versions = new Map<string, string>();
    const pushed: { readonly number: string; readonly topic: string | null; readonly expires: number }[] = [];

    const listen = async (): Promise<void> => {
      for (const one of await browser.notifications()) {
        const number = page.open(one) ?? "undecryptable";
        expect(versions.get(number) ?? one.version).toBe(one.version);
        expect(toldHere.has(number)).toBe(false);
        toldHere.add(number);
        versions.set(number, String(one.version));
        told.push(one);
      }
    };
    const connect = async (): Promise<void> => {
      browser = await helloBrowser(service, { uaid });
      isConnected = true;
      told = [];
      toldHere = new Set();
      await listen();
    };
    const send = async ({ ttlSeconds, topic }: Push): Promise<void> => {
      const number = String(pushed.length);
      pushed.push({ number, topic, expires: service.clock.now + ttlSeconds * 1_000 });
      const headers = { ttl: String(ttlSeconds), topic, "x-number": number };
      expect((await push(service, page, { content: number, headers })).status).toBe(201);
    };
    const acknowledgeFirst = async (count: number): Promise<void> => {
      if (!isConnected) return;
      for (const one of told.splice(0, count)) acknowledge(browser, one, 100);
      await listen();
    };
    const run = async (now: Step): Promise<void> => {
      switch (now.do) {
        case "push":
          await send(now);
          if (isConnected) await listen();
          break;
        case "push and connect at once":
          await Promise.all([send(now), connect()]);
          await listen();
          break;
        case "wait":
          service.clock.now += now.seconds * 1_000;
          break;
        case "connect":
          await connect();
          break;
        case "drop":
          if (isConnected) await browser.drop();
          isConnected = false;
          break;
        case "acknowledge one":
          await acknowledgeFirst(1);
          break;
        case "acknowledge all":
          await acknowledgeFirst(Infinity);
      }
    };

    for (const now of steps) await run(now);
    await connect();
    await acknowledgeFirst(Infinity);

    const noted = (await service.control.received()).map(({ headers }) => headers["x-number"]);
    expect(new Set(noted).size).toBe(noted.length);
    const mayMiss = pushed.filter(
      ({ topic, expires }, index) =>
        expires <= service.clock.now ||
        (topic !== null && pushed.slice(index + 1).some((later) => later.topic === topic)),
    );
    const missed = pushed.filter(({ number }) => !noted.includes(number));
    expect(mayMiss).toEqual(expect.arrayContaining(missed));
    expect(
      (await service.control.devices()).find(({ channel }) => channel.endpoint === page.channel.endpoint)?.waiting,
    ).toBe(0);
    await browser.drop();
  });
  await fc.assert(property, { numRuns: 30 });
});
