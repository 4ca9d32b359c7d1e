import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startStack, type LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { callerOf, notification, type Answer, type Caller, type Person, type Sent } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";

/** The limits, small: the windows cannot be made shorter, but they can be filled. */
const writes = 6;
const reads = 8;
const appWrites = 100;

let stack: LocalStack;
let caller: Caller;
let anyone: Person;
const host = "targetHostName=graphnotifications.sample.windows.com";

beforeAll(async () => {
  stack = await startStack({
    env: {
      THROTTLE_USER_WRITES_PER_5_MINUTES: String(writes),
      THROTTLE_USER_READS_PER_5_MINUTES: String(reads),
      THROTTLE_APP_WRITES_PER_MINUTE: String(appWrites),
      ALWAYS_201: "true",
      FANFARE_PUSH_PRINT: "0",
    },
  });
  caller = callerOf(stack);
});
afterAll(async () => {
  caller.close();
  await stack.stop();
});
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(stack.output()));
  anyone = await caller.person();
});

const as = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
  caller.ask(method, path, { token: anyone.token, ...sent });
const post = (more: Readonly<Record<string, unknown>> = {}, sent: Sent = {}): Promise<Answer> =>
  caller.post(more, { token: anyone.token, ...sent });
const statuses = (answers: readonly Answer[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);
/** So many posts are accepted, and not one more: what came before cost the user all the rest. */
const expectLeft = async (left: number): Promise<void> => {
  const answers: Answer[] = [];
  for (let index = 0; index <= left; index += 1) answers.push(await post());
  expect(statuses(answers)).toEqual([...Array<number>(left).fill(201), 406]);
};

/** 406 in the one form, with whole seconds to wait, at most so many. */
const expectThrottled = (answer: Answer, atMostSeconds: number): number => {
  expectFault(answer, 406);
  const retryAfter = String(answer.headers["retry-after"]);
  expect(retryAfter).toMatch(/^[1-9]\d*$/);
  expect(Number(retryAfter)).toBeLessThanOrEqual(atMostSeconds);
  return Number(retryAfter);
};

describe("a user's writes", () => {
  test("the last of the limit passes, the next does not; Retry-After is when the first of them leaves the window", async () => {
    const before = Date.now();
    await post();
    const after = Date.now();
    for (let index = 1; index < writes; index += 1) expect((await post()).status).toBe(201);
    const asked = Date.now();
    const retryAfter = expectThrottled(await post(), 300);
    const answered = Date.now();
    expect(answered + retryAfter * 1_000).toBeGreaterThanOrEqual(before + 300_000);
    expect(asked + (retryAfter - 1) * 1_000).toBeLessThanOrEqual(after + 300_000);
    // Refused, so not counted: the time to wait is the first write's still.
    for (let index = 0; index < 5; index += 1) expectThrottled(await post(), retryAfter);
  });

  test("however many come at once, the limit passes and not one more", async () => {
    const answers = await Promise.all(Array.from({ length: 3 * writes }, () => post()));
    expect(statuses(answers)).toEqual([...Array<number>(writes).fill(201), ...Array<number>(2 * writes).fill(406)]);
    for (const answer of answers.filter(({ status }) => status === 406)) expectThrottled(answer, 300);
  });

  test("other users, and the same user at another host name, are not held up", async () => {
    await Promise.all(Array.from({ length: writes }, () => post()));
    expectThrottled(await post(), 300);
    const someone = await caller.person();
    expect((await caller.post({}, { token: someone.token })).status).toBe(201);
    const token = await stack.token({ app: caller.other, user: anyone.upn });
    expect((await caller.post({ targetHostName: caller.other.hostName }, { token })).status).toBe(201);
  });

  test("an app server's posts to the user count as the user's", async () => {
    const { unsid } = await stack.device(anyone.upn);
    const token = await stack.token();
    const answers: Answer[] = [];
    for (let index = 0; index < writes; index += 1) answers.push(await post({}, index % 2 ? {} : { token, unsid }));
    expect(statuses(answers)).toEqual(Array<number>(writes).fill(201));
    expectThrottled(await post({}, { token, unsid }), 300);
    expectThrottled(await post(), 300);
  });

  test("accepted PATCH and DELETE count, a bulk PATCH as one, whatever it marked", async () => {
    const ids = [String((await post()).json.id), String((await post()).json.id)];
    const body = { readState: "read" };
    expect((await as("PATCH", `notifications/${ids[0]!}`, { body })).status).toBe(200);
    expect((await as("PATCH", `notifications?${host}`, { body: { ids, ...body } })).status).toBe(200);
    expect((await as("DELETE", `notifications/${ids[0]!}`)).status).toBe(204);
    await expectLeft(writes - 5);
    expectThrottled(await as("PATCH", `notifications/${ids[1]!}`, { body }), 300);
    expectThrottled(await as("PATCH", `notifications?${host}`, { body: { all: true, ...body } }), 300);
    expectThrottled(await as("DELETE", `notifications/${ids[1]!}`), 300);
  });

  test("subscriptions, reads and refusals do not count", async () => {
    const id = String((await post()).json.id);
    const device = await stack.device(anyone.upn);
    await stack.subscribe(device, anyone.upn);
    const body = { readState: "nonsense" };
    const refused = await Promise.all([
      post({ priority: "Urgent" }),
      post({}, { unsid: "unknown" }),
      post({}, { headers: { "if-range": "x" } }),
      as("POST", "notifications/", { body: "[]" }),
      as("PATCH", `notifications/${id}`, { body }),
      as("PATCH", `notifications/${id}`, { body: { readState: "read" }, headers: { "if-match": '"x"' } }),
      as("PATCH", `notifications/${crypto.randomUUID()}`, { body: { readState: "read" } }),
      as("DELETE", `notifications/${crypto.randomUUID()}`),
      as("GET", `notifications?${host}`),
      as("GET", "notifications/subscriptions"),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([400, 403, 400, 400, 400, 412, 404, 404, 200, 200]);
    await expectLeft(writes - 1);
  });

  test("an Idempotency-Key's repeat is answered even when the user's writes are used up", async () => {
    const headers = { "idempotency-key": "key" };
    const body = notification();
    const first = await post(body, { headers });
    await expectLeft(writes - 1);
    const again = await post(body, { headers });
    expect([again.status, again.text]).toEqual([first.status, first.text]);
  });

  test("the order of checks: contract 400 and authorisation 403 come before a user's throttle", async () => {
    await expectLeft(writes);
    expectFault(await post({ priority: "Urgent" }), 400, { details: true });
    expectFault(await post({}, { unsid: "unknown" }), 403);
    expectFault(await post({ targetHostName: "nobody.contoso.com" }), 403);
    expectThrottled(await post(), 300);
  });

  test("ALWAYS_201: a replace is answered 201 with the same id", async () => {
    const [first, second] = [await post({ appNotificationId: "a" }), await post({ appNotificationId: "a" })];
    expect([first.status, second.status, second.json.id]).toEqual([201, 201, first.json.id]);
  });
});

describe("a user's reads", () => {
  test("the last of the limit passes, the next does not, and writes pass still", async () => {
    const id = String((await post()).json.id);
    const paths = [`notifications?${host}`, `notifications/delta?${host}`, `notifications/${id}`, `activities/${id}`];
    for (let index = 0; index < reads; index += 1) {
      expect((await as("GET", paths[index % paths.length]!)).status).toBe(200);
    }
    for (const path of paths) expectThrottled(await as("GET", path), 300);
    expect((await post()).status).toBe(201);
    anyone = await caller.person();
    expect((await as("GET", `notifications?${host}`)).status).toBe(200);
  });
});

describe("a calling app's writes", () => {
  test("never above its limit, and not refused below 80 % of it; who is refused first is told in the paragraph's order", async () => {
    const people = await Promise.all(
      Array.from({ length: Math.ceil((appWrites * 1.5) / writes) }, () => caller.person(caller.other)),
    );
    const postTo = ({ token }: Person, sent: Sent = {}): Promise<Answer> =>
      caller.post({ targetHostName: caller.other.hostName }, { token, ...sent });
    const answers = await Promise.all(people.flatMap((one) => Array.from({ length: writes }, () => postTo(one))));
    const accepted = answers.filter(({ status }) => status === 201).length;
    expect(accepted).toBeGreaterThanOrEqual(Math.floor(appWrites * 0.8));
    expect(accepted).toBeLessThanOrEqual(appWrites);
    for (const answer of answers.filter(({ status }) => status !== 201)) expectThrottled(answer, 70);

    const next = await caller.person(caller.other);
    const throttled = await postTo(next);
    expectThrottled(throttled, 70);
    expectFault(await postTo(next, { token: `${next.token}x` }), 401);
    expectFault(await postTo(next, { headers: { "if-range": "x" } }), 400);
    expectFault(await postTo(next, { headers: { "content-type": "text/plain" } }), 415);
    expectFault(await postTo(next, { headers: { "content-encoding": "br" } }), 415);
    for (const body of ["{", "[]", "{}".padEnd(70_000), "{}", JSON.stringify(notification({ "@odata.type": "x" }))]) {
      expectThrottled(await caller.ask("POST", "notifications/", { token: next.token, body }), 70);
    }
    expectThrottled(await postTo(next, { unsid: "unknown" }), 70);
    // The other app, and the reads of this one, go on.
    expect((await post()).status).toBe(201);
    const list = await caller.ask("GET", `notifications?targetHostName=${caller.other.hostName}`, {
      token: next.token,
    });
    expect(list.status, list.text).toBe(200);
  });
});

describe("busy", () => {
  test.each(["tables", "service-bus"])(
    "without its %s the service answers 406 with Retry-After, and then goes on",
    async (part) => {
      const id = String((await post()).json.id);
      const asks = (): Promise<Answer>[] => [
        post(),
        as("PATCH", `notifications/${id}`, { body: { readState: "read" } }),
        ...(part === "tables" ? [as("GET", `notifications?${host}`), as("GET", "notifications/subscriptions")] : []),
      ];
      const seen: Answer[] = [];
      const down = stack.holdDown(part, 2_500);
      const watching = (async () => {
        await until(async () => (await post()).status === 406, { what: "the service is busy" });
        seen.push(...(await Promise.all(asks())));
      })();
      await Promise.all([down, watching]);
      for (const answer of seen) if (answer.status >= 300) expectThrottled(answer, 120);
      expect(seen.some(({ status }) => status === 406)).toBe(true);
      await stack.partIsBack(part);
      anyone = await caller.person();
      await until(async () => (await post()).status === 201, { what: "posts are taken again", within: 15_000 });
    },
  );
});
