import type { Agent } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { guardedAgent } from "../../../shared/channels/egress/guarded-agent.http.ts";
import { startTlsServer, type TlsServer } from "./tls-server.ts";

let server: TlsServer;
let other: TlsServer;
let visitsBefore = 0;
const agents: Agent[] = [];

beforeAll(async () => {
  other = await startTlsServer((_request, response) => response.end("other"));
  server = await startTlsServer((request, response) => {
    request.resume().once("end", () => {
      const [, what, length] = request.url?.split("/") ?? [];
      if (what === "redirect") response.writeHead(307, { location: `https://${other.host}/` });
      if (what === "headers") response.setHeader("x-long", "x".repeat(Number(length)));
      response.end("reached");
    });
  });
});
afterAll(() => Promise.all([server.stop(), other.stop()]));
beforeEach(() => {
  visitsBefore = server.visits() + other.visits();
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
});

const agentWith = (options: Partial<Parameters<typeof guardedAgent>[0]> = {}): Agent => {
  const agent = guardedAgent({ connectionsPerOrigin: 2, ...options });
  agents.push(agent);
  return agent;
};
/** For the server at 127.0.0.1, by this very name. */
const excepting = (...hosts: string[]) => agentWith({ exception: { hosts, ca: server.ca } });

/** The status and the answer's body, or the code of the error there was instead. */
const ask = async (agent: Agent, origin: string, path = "/"): Promise<string> => {
  try {
    const { statusCode, body } = await agent.request({ origin, path, method: "POST", body: "x" });
    return `${statusCode} ${await body.text()}`;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const visits = (): number => server.visits() + other.visits() - visitsBefore;

test.each(["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])(
  "%s is not connected to, by whatever name this machine is called",
  async (host) => {
    expect(await ask(agentWith(), `https://${host}:${server.port}`)).toBe("ADDRESS_NOT_PERMITTED");
    expect(visits()).toBe(0);
  },
);

test("a push service's name that leads inside is refused, for each of many requests at once", async () => {
  const agent = agentWith({ resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });
  const asked = Array.from({ length: 12 }, () => ask(agent, `https://fcm.googleapis.com:${server.port}`));
  expect(new Set(await Promise.all(asked))).toEqual(new Set(["ADDRESS_NOT_PERMITTED"]));
  expect(visits()).toBe(0);
});

test("the exception is reached where it is, behind its own authority", async () => {
  const { host } = server;
  expect(await ask(excepting(host), `https://${host}`)).toBe("200 reached");
});

test("the exception is for its very host and port: another port, or another name of the same place, is refused", async () => {
  const agent = excepting(server.host, "localhost:443");
  expect(await ask(agent, `https://${other.host}`)).toBe("ADDRESS_NOT_PERMITTED");
  expect(await ask(agent, `https://localhost:${server.port}`)).toBe("ADDRESS_NOT_PERMITTED");
  expect(await ask(agent, `https://[::ffff:127.0.0.1]:${server.port}`)).toBe("ADDRESS_NOT_PERMITTED");
  expect(visits()).toBe(0);
});

test.each([
  ["https://push.test", "push.test:443"],
  ["https://push.test:443", "push.test:443"],
  ["https://[::1]:1", "[::1]:1"],
])("%s is excepted as %s", async (origin, host) => {
  const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  const agent = agentWith({ resolve, exception: { hosts: [host], ca: server.ca } });
  expect(await ask(agent, origin)).not.toBe("ADDRESS_NOT_PERMITTED");
});

test("the exception's authority is trusted by nobody else, nor anyone else's by the exception", async () => {
  const hosts = [server.host];
  const agent = agentWith({ exception: { hosts, ca: other.ca } });
  expect(await ask(agent, `https://${hosts[0]}`)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

test("an exception without an authority is reached, and must convince the public ones", async () => {
  const { host } = server;
  const agent = agentWith({ exception: { hosts: [host] } });
  expect(await ask(agent, `https://${host}`)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

test("a redirect to a forbidden place is an answer, and nobody goes there", async () => {
  const { host } = server;
  expect(await ask(excepting(host), `https://${host}`, "/redirect")).toBe("307 reached");
  expect([server.visits() > 0, other.visits()]).toEqual([true, 0]);
});

test("an answer's headers are read up to 8 KB", async () => {
  const { host } = server;
  const agent = excepting(host);
  expect(await ask(agent, `https://${host}`, "/headers/7500")).toBe("200 reached");
  expect(await ask(agent, `https://${host}`, "/headers/8200")).toBe("UND_ERR_HEADERS_OVERFLOW");
});

test("connecting has a time limit of its own", async () => {
  const agent = agentWith({ resolve: () => new Promise(() => undefined), connectTimeLimitMs: 100 });
  const startedAt = performance.now();
  expect(await ask(agent, "https://push.test")).toBe("UND_ERR_CONNECT_TIMEOUT");
  expect(performance.now() - startedAt).toBeLessThan(3_000); // not the default's five seconds
});
