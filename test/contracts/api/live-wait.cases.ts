import { afterAll, beforeAll, expect, test } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type AppInProcess, type Answered } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { deltaQuery, feedClient, feedPath, valuesOf, type FeedClient } from "./feed-under-test.ts";

let backends: Backends;
/** Two instances. */
let here: AppInProcess;
let elsewhere: AppInProcess;

type Waiting = {
  readonly me: FeedClient;
  readonly meElsewhere: FeedClient;
  /** Of the one notification that this user has, and has read. */
  readonly id: string;
  /** Asks for what is new, and waits so many seconds for it. */
  readonly next: (seconds: number, more?: Readonly<Record<string, string>>) => Promise<Answered>;
};

let users = 0;
const newUser = async (): Promise<Waiting> => {
  const authorization = await backends.authorization(backends.apps.sample, `waits.${++users}@contoso.com`);
  const [me, meElsewhere] = [feedClient(here, authorization), feedClient(elsewhere, authorization)];
  const id = await me.posted();
  let link = (await me.pages(deltaQuery)).at(-1)!.json["@odata.deltaLink"] as string;
  const next: Waiting["next"] = async (seconds, more = {}) => {
    const answer = await me.ask("GET", link, { headers: { prefer: `wait=${seconds}`, ...more } });
    link = answer.json["@odata.deltaLink"] as string;
    return answer;
  };
  return { me, meElsewhere, id, next };
};

const idsIn = (answer: Answered): string[] => valuesOf([answer]).map(({ id }) => id);

/** Real time passes in these, so they go side by side. */
export const liveWaitCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    const settings = backends.settings({ CORS_ALLOWED_ORIGINS: "https://app.contoso.com" });
    here = await heldToItsDescription(await loadApp(settings));
    elsewhere = await loadApp(settings);
  });
  afterAll(async () => {
    await Promise.all([here.close(), elsewhere.close()]);
  });

  test.concurrent("who waits hears at once of a write on the same instance, and of the next", async () => {
    const { me, next } = await newUser();
    for (const _ of ["first", "second"]) {
      const asked = next(10);
      const id = await me.posted();
      const postedAt = performance.now();
      const answer = await asked;
      expect(performance.now() - postedAt).toBeLessThan(700);
      expect(idsIn(answer)).toEqual([id]);
      expect(answer.headers.get("preference-applied")).toBe("wait=10");
    }
  });

  test.concurrent.each([
    ["POST", ({ meElsewhere }: Waiting) => meElsewhere.posted()],
    ["PATCH", ({ meElsewhere, id }: Waiting) => marked(meElsewhere, id)],
    ["DELETE", ({ meElsewhere, id }: Waiting) => deleted(meElsewhere, id)],
  ])("a %s on another instance is heard within two seconds", async (_method, write) => {
    const user = await newUser();
    const asked = user.next(10);
    const id = await write(user);
    const writtenAt = performance.now();
    expect(idsIn(await asked)).toEqual([id]);
    expect(performance.now() - writtenAt).toBeLessThan(2_000);
  });

  test.concurrent(
    "without any change the answer comes when the time is over, and the next wait goes on from there",
    async () => {
      const { me, next } = await newUser();
      const askedAt = performance.now();
      const answer = await next(1, { origin: "https://app.contoso.com" });
      expect(performance.now() - askedAt).toBeGreaterThan(990);
      expect(idsIn(answer)).toEqual([]);
      expect(answer.headers.get("preference-applied")).toBe("wait=1");
      expect(answer.headers.get("etag")).toMatch(/^"/);
      // A page of another origin must know, too: who asks again at once when nobody waits asks without end.
      expect(answer.headers.get("access-control-expose-headers")).toContain("Preference-Applied");
      const id = await me.posted();
      expect(idsIn(await next(10))).toEqual([id]);
    },
  );

  test.concurrent("whoever begins at the beginning hears at once what there is, be it nothing", async () => {
    const authorization = await backends.authorization(backends.apps.sample, "waits.for.nothing@contoso.com");
    const askedAt = performance.now();
    const answer = await feedClient(here, authorization).ask("GET", deltaQuery, { headers: { prefer: "wait=20" } });
    expect(performance.now() - askedAt).toBeLessThan(5_000);
    expect(idsIn(answer)).toEqual([]);
  });

  test.concurrent("an instance that ends answers who waits", async () => {
    const ending = await loadApp(backends.settings());
    const authorization = await backends.authorization(backends.apps.sample, "waits.long@contoso.com");
    const client = feedClient(ending, authorization);
    await client.posted();
    const link = (await client.pages(deltaQuery)).at(-1)!.json["@odata.deltaLink"] as string;
    const asked = client.ask("GET", link, { headers: { prefer: "wait=20" } });
    // Known to the instance, whether it sleeps already or still reads.
    await client.ask("GET", link);
    const endedAt = performance.now();
    await ending.close();
    expect(idsIn(await asked)).toEqual([]);
    expect(performance.now() - endedAt).toBeLessThan(2_000);
  });
};

const marked = async (client: FeedClient, id: string): Promise<string> => {
  await client.ask("PATCH", `${feedPath}/${id}`, { body: { readState: "read" } });
  return id;
};
const deleted = async (client: FeedClient, id: string): Promise<string> => {
  await client.ask("DELETE", `${feedPath}/${id}`);
  return id;
};
