import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { expectNothingTold, startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { secretsTold } from "../../support/secrets-told.ts";
import { startStack, type LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { crashCases } from "./crashes.cases.ts";
import { credentialCases } from "./credentials.cases.ts";
import { wrongCredentials } from "./wrong-credentials.ts";

let folder: string;
let first: LocalStack;
let second: ListenedStack;
const running: LocalStack[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-journey-"));
  first = await startStack({ dataDir: folder });
  running.push(first);
}, 60_000);
afterAll(async () => {
  await Promise.all(running.map((stack) => stack.stop()));
  await rm(folder, { recursive: true });
});
beforeEach(({ onTestFailed }) => onTestFailed(() => running.forEach((stack) => console.error(stack.output()))));

test("Ctrl-C ends everything in time, in mid-delivery too, and on the next start subscriptions, devices and undelivered notifications are there", async () => {
  expect((await stat(join(folder, "stack.json"))).mode & 0o777).toBe(0o600);
  expect((await first.parts()).map(({ name }) => name).toSorted()).toEqual(
    ["functions-host", "identity", "native-push", "service-bus", "tables", "webpush"].toSorted(),
  );
  await expect(startStack({ dataDir: folder })).rejects.toThrow(
    new RegExp(`exit code 64[^]*Fanfare already runs on ${folder} \\(process ${first.program.pid}\\)`),
  );

  const [retried, hanging] = await Promise.all([first.device("ada@contoso.com"), first.device("grace@contoso.com")]);
  await first.push.addFault({ device: retried.deviceId, status: 503 });
  await first.push.addFault({ device: hanging.deviceId, hang: true });
  const told = await first.send("told before", retried).then(() => first.send("in mid-delivery", hanging));
  await until(async () => (await first.attemptsAt(retried)).length > 0, { what: "the first waits for its retry" });
  await until(async () => (await first.attemptsAt(hanging)).length > 0, { what: "the second is in mid-delivery" });
  const waiting = await waitingForChanges(first, "ada@contoso.com");
  const { code, tookMs } = await first.stop();
  expect({ code, inTime: tookMs < 5_000 }).toEqual({ code: 0, inTime: true });
  expect(await waiting.answered).toBe(200); // who waits is answered, and not waited for
  expect(await secretsTold(first)).toEqual([]);

  second = await startListenedStack({ dataDir: folder, env: wrongCredentials() });
  running.push(second);
  expect(second.stack).toEqual(first.stack);
  await Promise.all([second.shows(retried, ["told before"], 10_000), second.shows(hanging, [told], 12_000)]);
  await second.send("told after", retried);
  await second.shows(retried, ["told before", "told after"]);
  expect(await second.subscribe(retried, "ada@contoso.com")).toEqual(retried);
  expect(await secretsTold(second)).toEqual([]);
}, 60_000);

/** A page's request that is held until something changes: begun when this resolves, to what comes to the status of its answer. */
const waitingForChanges = async ({ stack, token }: LocalStack, user: string) => {
  const authorization = `Bearer ${await token({ user })}`;
  const ask = (address: string, prefer = "") => fetch(address, { headers: { authorization, prefer } });
  const { "@odata.deltaLink": link } = (await (await ask(`${stack.httpUrl}/beta/me/notifications/delta`)).json()) as {
    "@odata.deltaLink": string;
  };
  const answer = ask(link, "wait=20");
  await ask(link); // whoever came before has been taken in
  return { answered: answer.then(({ status }) => status) };
};

// The stack that came back is there for these as well: to start one costs more than any of them does.
crashCases(() => second);
credentialCases(() => second);

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", async () => {
  expect(second.output()).toContain("was ended by SIGKILL");
  await expectNothingTold(second);
});
