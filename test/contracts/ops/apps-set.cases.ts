import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { azurite } from "../feed/subscriptions-under-test.ts";
import { folder, hostName, env, ops, set, found, lastAct, registered } from "./apps-under-test.ts";
import { command, linesOf } from "./operator.ts";

/** What `apps set` makes of an app. */
export const setCases = (): void => {
  test("registers an app, tells what that means, and notes it in the audit", async () => {
    const told = await set("--sender", "s1", "--client", "c1", "--client", "c2", "--credential", "apns=contoso");
    expect(told).toMatchObject({ code: 0 });
    expect(told.stdout).toContain(`New app ${hostName} in ${azurite.account}`);
    expect(told.stdout).toContain("  clients + c1 + c2");
    expect(told.stdout).toContain("s1 may post to the app's users.");
    expect(told.stdout).toContain(
      "the setting APNS_CREDENTIAL_CONTOSO; whether the app has it cannot be seen from here.",
    );
    expect(told.stderr).toContain("It acts within a minute.");
    expect(await found()).toMatchObject({ senders: ["s1"], clients: ["c1", "c2"], credentials: { apns: "contoso" } });
    expect(await lastAct()).toMatchObject({
      act: "apps set",
      subject: `app ${hostName}`,
      details: "senders + s1; clients + c1 + c2; credentials + apns=contoso",
      outcome: "done",
    });
  });

  test("changes what is named and leaves the rest: added, taken away, emptied", async () => {
    await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "apns=a", "--credential", "fcm=f");
    const told = await set("--remove-sender", "s1", "--sender", "s2", "--clear-tenants", "--clear-credential", "apns");
    expect(told.stdout).toContain("  senders + s2 - s1\n");
    expect(told.stdout).toContain("Tokens of any tenant of a configured issuer are taken.");
    expect(await found()).toMatchObject({ senders: ["s2"], clients: ["c1"], tenants: [], credentials: { fcm: "f" } });
    await set("--bundle-id", "com.contoso.a", "--package-name", "com.contoso.b", "--tenant", "T");
    expect(await found()).toMatchObject({
      bundleIds: ["com.contoso.a"],
      packageNames: ["com.contoso.b"],
      tenants: ["T"],
    });
  });

  test("what is so already is not written, and not in the audit", async () => {
    await set("--sender", "s1");
    const before = await lastAct();
    expect(await set("--sender", "s1")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("so already"),
    });
    expect(await lastAct()).toEqual(before);
  });

  test("--dry-run tells the same and writes nothing, --json in one document", async () => {
    const { code, stdout } = await ops("apps", "set", hostName, "--sender", "s1", "--dry-run", "--json");
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      {
        hostName,
        outcome: "would create",
        changes: [{ field: "senders", added: ["s1"], removed: [] }],
        app: expect.objectContaining({ hostName, senders: ["s1"], blocked: false }),
      },
    ]);
    expect(await found()).toBeUndefined();
  });

  test("show --json is what set --file takes; a file that leaves fields out leaves them as they are", async () => {
    await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "wns=w");
    const { stdout } = await ops("apps", "show", hostName, "--json");
    const file = join(folder, `${hostName}.json`);
    await writeFile(file, stdout);
    await azurite.tables.apps.write({ kind: "delete", partitionKey: hostName, rowKey: "app" });
    expect(await set("--file", file)).toMatchObject({ code: 0 });
    expect(linesOf((await ops("apps", "show", hostName, "--json")).stdout)).toEqual(linesOf(stdout));
    await writeFile(file, JSON.stringify({ senders: ["s9"] }));
    await set("--file", file);
    expect(await found()).toMatchObject({
      senders: ["s9"],
      clients: ["c1"],
      tenants: ["t1"],
      credentials: { wns: "w" },
    });
  });

  test("whether the app has a credential's setting is told where the environment has the app's settings", async () => {
    const args = ["apps", "set", hostName, "--credential", "apns=my-app", "--dry-run"];
    const known = { ...env(), DATA_KEYS: "secret-of-ours" };
    const missing = await command(args, { env: known });
    expect(missing.stdout).toContain("APNS_CREDENTIAL_MY_APP, WHICH IS NOT AMONG THE SETTINGS HERE");
    const there = await command(args, { env: { ...known, APNS_CREDENTIAL_My_App: '{"privateKey":"secret-of-ours"}' } });
    expect(there.stdout).toContain("APNS_CREDENTIAL_MY_APP, which is set here");
    for (const { stdout, stderr } of [missing, there]) expect(stdout + stderr).not.toContain("secret-of-ours");
  });

  test("of two operators neither overwrites the other: who comes second sees the difference anew", async () => {
    await registered();
    const seen: string[] = [];
    const ask = async (question: string): Promise<boolean> => {
      seen.push(question);
      if (seen.length === 1) await set("--sender", "theirs");
      return true;
    };
    const mine = ["apps", "set", hostName, "--sender", "mine"];
    const { code, stderr } = await command(mine, { env: env(), ask });
    expect({ code, asked: seen.length }).toEqual({ code: 0, asked: 2 });
    expect(stderr).toContain("Somebody else changed it meanwhile.");
    expect(await found()).toMatchObject({ senders: ["s1", "theirs", "mine"] });
    const acts = linesOf((await ops("audit", "--limit", "3", "--json")).stdout);
    expect(acts.map(({ outcome, fault }) => [outcome, fault])).toEqual([
      ["done", undefined],
      ["failed", "RowConflict"],
      ["done", undefined],
    ]);
  });

  test("two who register the same app at once: one makes it, the other adds to it", async () => {
    const both = await Promise.all([set("--sender", "a"), set("--sender", "b")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await found())?.senders.toSorted()).toEqual(["a", "b"]);
  });

  test("no, Ctrl-C and a missing terminal leave everything as it is", async () => {
    const args = ["apps", "set", hostName, "--sender", "s1"];
    const no = await command(args, { env: env(), ask: () => Promise.resolve(false) });
    expect(no).toMatchObject({ code: 1, stderr: "Nothing was changed.\n" });
    const stop = new AbortController();
    const interrupted = () => {
      stop.abort();
      return Promise.resolve(false);
    };
    expect(await command(args, { env: env(), ask: interrupted, stop: stop.signal })).toMatchObject({ code: 130 });
    expect(await command(args, { env: env() })).toMatchObject({ code: 64, stdout: "" });
    expect(await found()).toBeUndefined();
  });

  test("an id with a line break, of a file or an older row, makes no line of its own where the change is told", async () => {
    const path = join(folder, "broken.json");
    await writeFile(path, JSON.stringify({ senders: ["one\n  clients + mallory"], clients: ["c1"] }));
    const told = await ops("apps", "set", hostName, "--file", path, "--dry-run");
    expect(told.stdout).toContain("  senders + one   clients + mallory\n");
    expect(told.stdout).not.toMatch(/^ {2}clients \+ mallory/m);
  });
};
