import { expect, test } from "vitest";
import { tokenCache, type TokenAnswer } from "../../../shared/channels/token-cache.ts";

const setting = "WNS_CREDENTIAL_DEFAULT";
const credential = { secret: "one" };
const failing = { kind: "busy", origin: "failing", reason: "503" } as const;
const refusal = { kind: "misconfigured", reason: "a wrong secret" } as const;

/** A cache whose endpoint gives `token-1`, `token-2` … for 100 s, unless it is told other answers. */
const started = () => {
  const world = { at: 0, asked: [] as string[], answers: [] as (TokenAnswer | Promise<TokenAnswer> | Error)[] };
  const cache = tokenCache<typeof credential>({
    clock: { now: () => world.at },
    ask: async (asking, { secret }) => {
      world.asked.push(`${asking} ${secret}`);
      const answer = await world.answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? { kind: "token", token: `token-${world.asked.length}`, lifeSeconds: 100 };
    },
  });
  const ask = async (more: { signal?: AbortSignal; refused?: string } = {}) => {
    const answer = await cache.tokenFor(setting, credential, more);
    return answer.kind === "token" ? answer.token : answer;
  };
  return { world, cache, ask };
};

test("one request serves all who wait, and whoever comes until the last tenth of its life", async () => {
  const { world, ask } = started();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(["token-1", "token-1", "token-1"]);
  world.at = 89_999;
  expect(await ask()).toBe("token-1");
  world.at = 90_000;
  expect(await Promise.all([ask(), ask()])).toEqual(["token-2", "token-2"]);
  expect(world.asked).toHaveLength(2);
});

test("of a long life five minutes are for renewing", async () => {
  const { world, ask } = started();
  world.answers.push({ kind: "token", token: "of-a-day", lifeSeconds: 86_400 });
  await ask();
  world.at = 86_400_000 - 300_001;
  expect(await ask()).toBe("of-a-day");
  world.at += 1;
  expect(await ask()).toBe("token-2");
});

test("a token's life is counted from before it was asked for", async () => {
  const { world, ask } = started();
  world.answers.push(
    Promise.resolve().then(() => {
      world.at = 50_000; // so long was the endpoint thinking
      return { kind: "token", token: "slow", lifeSeconds: 100 };
    }),
  );
  expect(await ask()).toBe("slow");
  world.at = 90_000;
  expect(await ask()).toBe("token-2");
});

test("where renewing fails the old token serves to its end, and not longer", async () => {
  const { world, ask } = started();
  await ask();
  world.at = 95_000;
  world.answers.push(failing, failing);
  expect(await ask()).toBe("token-1");
  expect(await ask()).toBe("token-1");
  expect(world.asked).toHaveLength(2);
  world.at = 100_000;
  expect(await ask()).toEqual(failing);
});

test("another credential in the setting, or another setting, has a token of its own", async () => {
  const { world, cache, ask } = started();
  await ask();
  expect(await cache.tokenFor(setting, { secret: "two" })).toMatchObject({ token: "token-2" });
  expect(await cache.tokenFor("WNS_CREDENTIAL_OTHER", credential)).toMatchObject({ token: "token-3" });
  expect(world.asked).toEqual([`${setting} one`, `${setting} two`, "WNS_CREDENTIAL_OTHER one"]);
});

test("a refused token is not given out again, and one other is asked for by all whom it was refused", async () => {
  const { world, ask } = started();
  await ask();
  const refused = "token-1";
  expect(await Promise.all([ask({ refused }), ask({ refused }), ask()])).toEqual(["token-2", "token-2", "token-2"]);
  expect(await ask({ refused })).toBe("token-2"); // who was slow to hear of it
  expect(world.asked).toHaveLength(2);
});

test("a token in a refused one's place is replaced once a minute, however often it is refused", async () => {
  const { world, ask } = started();
  await ask();
  world.at = 1_000;
  expect(await ask({ refused: "token-1" })).toBe("token-2");
  world.at = 60_999;
  expect(await Promise.all([ask({ refused: "token-2" }), ask({ refused: "token-2" })])).toEqual(["token-2", "token-2"]);
  expect(world.asked).toHaveLength(2);
  world.at = 61_000;
  expect(await ask({ refused: "token-2" })).toBe("token-3");
});

test("a token that is refused where no other is to be had serves nobody any more", async () => {
  const { world, ask } = started();
  await ask();
  world.answers.push(failing);
  expect(await ask({ refused: "token-1" })).toEqual(failing);
  expect(await ask()).toEqual(failing);
  expect(world.asked).toHaveLength(2);
});

test.each([failing, refusal])("after %j nobody asks for a second, then two, four … up to a minute", async (answer) => {
  const { world, ask } = started();
  world.answers.push(...Array.from({ length: 9 }, () => answer));
  for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
    expect(await Promise.all([ask(), ask()])).toEqual([answer, answer]);
    const asked = world.asked.length;
    world.at += pause * 1_000 - 1;
    expect(await ask()).toEqual(answer);
    expect(world.asked).toHaveLength(asked);
    world.at += 1;
  }
  expect(await ask()).toEqual(answer);
  world.at += 60_000;
  expect(await ask()).toBe("token-10");
});

test("a token that was had ends the row of failures", async () => {
  const { world, ask } = started();
  world.answers.push(failing, failing);
  await ask();
  world.at = 1_000;
  await ask();
  world.at = 3_000;
  expect(await ask()).toBe("token-3");
  world.at = 200_000;
  world.answers.push(failing);
  expect(await ask()).toEqual(failing);
  world.at = 201_000;
  expect(await ask()).toBe("token-5");
});

test.each([
  [30, 30_000],
  [Infinity, 3_600_000],
])("an endpoint that wants %s seconds is left alone for %i ms", async (retryAfterSeconds, pauseMs) => {
  const { world, ask } = started();
  world.answers.push({ ...failing, retryAfterSeconds });
  await ask();
  world.at = pauseMs - 1;
  expect(await ask()).toMatchObject(failing);
  world.at = pauseMs;
  expect(await ask()).toBe("token-2");
});

test("no delivery is told to wait longer than until the endpoint is asked again, whatever the endpoint wants", async () => {
  const { world, ask } = started();
  world.answers.push({ ...failing, retryAfterSeconds: Infinity });
  expect(await ask()).toEqual({ ...failing, retryAfterSeconds: 3_600 });
  world.at = 3_000_000;
  expect(await ask()).toEqual({ ...failing, retryAfterSeconds: 600 });
});

test("who gives up waiting is told that the endpoint is silent, and the others have their token", async () => {
  const { world, ask } = started();
  let answered: (answer: TokenAnswer) => void = () => undefined;
  world.answers.push(new Promise<TokenAnswer>((resolve) => (answered = resolve)));
  const waiting = ask();
  const controller = new AbortController();
  const impatient = ask({ signal: controller.signal });
  controller.abort();
  expect(await impatient).toEqual({
    kind: "busy",
    origin: "elsewhere",
    reason: "the token endpoint: TimeoutError",
  });
  expect(await ask({ signal: AbortSignal.abort() })).toMatchObject({ kind: "busy" });
  answered({ kind: "token", token: "late", lifeSeconds: 100 });
  expect(await waiting).toBe("late");
  expect(world.asked).toHaveLength(1);
});

test("a bug of ours reaches everybody who waits, and is not remembered", async () => {
  const { world, ask } = started();
  world.answers.push(new Error("a bug"));
  const both = await Promise.allSettled([ask(), ask({ signal: new AbortController().signal })]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask()).toBe("token-2");
});
