import { expect, test } from "vitest";
import { hostName, ops, set, isBlocked, lastAct, registered } from "./apps-under-test.ts";
import { linesOf } from "./operator.ts";

/** Who is answered 403, and again answered. */
export const blockCases = (): void => {
  test("an app's client ids, within a minute, as the service finds it", async () => {
    await registered();
    const told = await ops("apps", "block", hostName, "--yes");
    expect(told.stdout).toContain("Whoever calls as s1, c1 gets 403");
    expect(await isBlocked({ clientId: "c1" })).toBe(true);
    expect(await lastAct()).toMatchObject({ act: "apps block", subject: `app ${hostName}`, outcome: "done" });
    expect(await ops("apps", "block", hostName, "--yes")).toMatchObject({ code: 0, stdout: "" });
    expect(await ops("apps", "unblock", hostName, "--yes")).toMatchObject({ code: 0 });
    expect(await isBlocked({ clientId: "c1" })).toBe(false);
    expect(await ops("apps", "block", "nobody.contoso.com", "--yes")).toMatchObject({ code: 2 });
    expect(await ops("apps", "block", hostName)).toMatchObject({ code: 64 });
  });

  test.each(["client", "tenant"] as const)("a %s by its id, in any case, until it is taken off", async (kind) => {
    const id = crypto.randomUUID();
    const caller = { [`${kind}Id`]: id };
    const dry = await ops("apps", "block", kind, id, "--dry-run", "--json");
    expect(linesOf(dry.stdout)).toEqual([{ blocked: kind, id, outcome: "would block" }]);
    expect(await isBlocked(caller)).toBe(false);
    const told = await ops("apps", "block", kind, id.toUpperCase(), "--yes", "--json");
    expect(linesOf(told.stdout)).toEqual([{ blocked: kind, id, outcome: "blocked" }]);
    expect(await isBlocked(caller)).toBe(true);
    expect(await lastAct()).toMatchObject({ act: "apps block", subject: `${kind} ${id}` });
    expect(await ops("apps", "block", kind, id, "--yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("already"),
    });
    expect((await ops("apps", "list")).stdout).toMatch(new RegExp(`^${kind} +${id}$`, "m"));
    expect(await ops("apps", "unblock", kind, id, "--yes")).toMatchObject({ code: 0 });
    expect(await isBlocked(caller)).toBe(false);
    expect(await ops("apps", "unblock", kind, id, "--yes")).toMatchObject({ code: 2 });
  });

  test("a client id that is unblocked and stays blocked by its app is told so", async () => {
    await registered();
    const id = `${hostName}-client`;
    await set("--client", id);
    for (const what of [[hostName], ["client", id]]) await ops("apps", "block", ...what, "--yes");
    const { stderr } = await ops("apps", "unblock", "client", id, "--yes");
    expect(stderr).toContain(`But ${hostName} is blocked, and with it each of its client ids.`);
  });
};
