import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { createServer, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, type AddressInfo } from "node:net";
import { Agent } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { guardedConnector } from "../../../shared/channels/egress/guarded-connector.http.ts";
import { until } from "../../support/until.ts";
import { startTlsServer, type TlsServer } from "./tls-server.ts";

let server: TlsServer;
let visitsBefore = 0;
const agents: Agent[] = [];

beforeAll(async () => {
  server = await startTlsServer((request, response) => {
    request.resume().once("end", () => response.setHeader("connection", "close").end(request.headers.host));
  });
});
afterAll(() => server.stop());
beforeEach(() => {
  visitsBefore = server.visits();
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
});

const good = "127.0.0.1"; // where the server is
const bad = "127.0.0.2";
const addresses = (...given: string[]): LookupAddress[] =>
  given.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** Answers with each of these in turn, the last one for ever after. */
const resolverOf = (...answers: LookupAddress[][]) => {
  const asked: string[] = [];
  const resolve = (hostname: string): Promise<LookupAddress[]> => {
    asked.push(hostname);
    return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? []);
  };
  return { resolve, asked };
};

type Options = Parameters<typeof guardedConnector>[0];
/** May go to `good` only. */
const agentWith = (options: Partial<Options>, connections = 1): Agent => {
  const connect = guardedConnector({
    permits: (address) => address === good,
    timeLimitMs: 5_000,
    ca: server.ca,
    ...options,
  });
  const agent = new Agent({ connections, connect });
  agents.push(agent);
  return agent;
};
/** The answer's body, or the code of the error there was instead. */
const ask = async (agent: Agent, { host = "localhost", port = server.port } = {}): Promise<string> => {
  try {
    const { body } = await agent.request({ origin: `https://${host}:${port}`, path: "/", method: "POST", body: "x" });
    return await body.text();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const visits = (): number => server.visits() - visitsBefore;
const reached = (): string => `localhost:${server.port}`;

test("a connection goes to what was resolved and checked, and the resolver is asked once for it", async () => {
  const { resolve, asked } = resolverOf(addresses(good), addresses(bad));
  expect(await ask(agentWith({ resolve }))).toBe(reached());
  expect(asked).toEqual(["localhost"]);
});

test("a resolver that changes its mind is found out at the next connection", async () => {
  const { resolve, asked } = resolverOf(addresses(good), addresses(bad), addresses(good));
  const agent = agentWith({ resolve });
  expect(await ask(agent)).toBe(reached());
  expect(await ask(agent)).toBe("ADDRESS_NOT_PERMITTED");
  expect(await ask(agent)).toBe(reached());
  expect([asked.length, visits()]).toEqual([3, 2]);
});

test("every connection of a pool is checked", async () => {
  const { resolve, asked } = resolverOf(addresses(good));
  const agent = agentWith({ resolve }, 4);
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(agent)));
  expect(new Set(answers)).toEqual(new Set([reached()]));
  expect(visits()).toBeGreaterThan(1);
  expect(asked.length).toBe(visits());
});

test.each([
  ["bad", addresses(bad)],
  ["first good, then bad", addresses(good, bad)],
  ["first bad, then good", addresses(bad, good)],
  ["good but for the last of many", addresses(...Array.from({ length: 200 }, () => good), bad)],
  ["good with a bad one of the other family", addresses(good, "::1")],
  ["no address at all", addresses("nonsense")],
])("an answer that is %s is refused whole, and nothing is opened", async (_, answer) => {
  expect(await ask(agentWith(resolverOf(answer)))).toBe("ADDRESS_NOT_PERMITTED");
  expect(visits()).toBe(0);
});

test("of many good addresses one that answers is found", async () => {
  const { resolve } = resolverOf(addresses(bad, bad, good));
  expect(await ask(agentWith({ resolve, permits: () => true }))).toBe(reached());
});

test("an empty answer is a host that is not found", async () => {
  expect(await ask(agentWith(resolverOf([])))).toBe("ENOTFOUND");
});

test.each(["ENOTFOUND", "EAI_AGAIN"])("a resolver's own %s is told", async (code) => {
  const resolve = (): Promise<never> => Promise.reject(Object.assign(new Error("no"), { code }));
  expect(await ask(agentWith({ resolve }))).toBe(code);
});

test.each(["127.0.0.2", "[::1]", "[::ffff:7f00:2]", "0x7f000002"])(
  "the address %s in the place of a name is checked as well, and no resolver asked",
  async (host) => {
    const { resolve, asked } = resolverOf(addresses(good));
    expect(await ask(agentWith({ resolve }), { host })).toBe("ADDRESS_NOT_PERMITTED");
    expect([asked, visits()]).toEqual([[], 0]);
  },
);

test("a permitted address in the place of a name is connected to", async () => {
  expect(await ask(agentWith({}), { host: good })).toBe(`${good}:${server.port}`);
});

test("the certificate must be for the name, not for the address it led to", async () => {
  expect(await ask(agentWith(resolverOf(addresses(good))), { host: "push.test" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
});

test("without an authority of its own only the public ones are trusted", async () => {
  const outcome = await ask(agentWith({ ...resolverOf(addresses(good)), ca: undefined }));
  expect(outcome).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

test("the system's resolver is asked where no other is given", async () => {
  expect(await ask(agentWith({ permits: () => true }))).toBe(reached());
  expect(await ask(agentWith({ permits: () => false }))).toBe("ADDRESS_NOT_PERMITTED");
});

test.each([true, false])("the guard holds whether or not Node tries several addresses (%s)", async (several) => {
  const usual = getDefaultAutoSelectFamily();
  setDefaultAutoSelectFamily(several);
  try {
    expect(await ask(agentWith(resolverOf(addresses(good, good))))).toBe(reached());
    expect(await ask(agentWith(resolverOf(addresses(good, bad))))).toBe("ADDRESS_NOT_PERMITTED");
    expect(await ask(agentWith(resolverOf([])))).toBe("ENOTFOUND");
  } finally {
    setDefaultAutoSelectFamily(usual);
  }
});

test("a resolver that hangs costs no more than the time limit", async () => {
  const resolve = (): Promise<never> => new Promise(() => undefined);
  const startedAt = performance.now();
  expect(await ask(agentWith({ resolve, timeLimitMs: 100 }))).toBe("UND_ERR_CONNECT_TIMEOUT");
  expect(performance.now() - startedAt).toBeLessThan(5_000); // undici's own limit is ten seconds
});

test("a server that accepts and then says nothing costs no more than the time limit, and is hung up on", async () => {
  const mute = createServer((socket) => socket.resume().on("error", () => undefined));
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  try {
    const { port } = mute.address() as AddressInfo;
    const agent = agentWith({ ...resolverOf(addresses(good)), timeLimitMs: 100 });
    expect(await ask(agent, { port })).toBe("UND_ERR_CONNECT_TIMEOUT");
    const open = (): Promise<number> => new Promise((resolve) => mute.getConnections((_, count) => resolve(count)));
    await until(async () => (await open()) === 0, { what: "the connection's end" });
  } finally {
    mute.close();
  }
});
