import { expect, test } from "vitest";
import { azurite } from "../feed/subscriptions-under-test.ts";
import { hostName, ops, set, found } from "./apps-under-test.ts";
import { linesOf } from "./operator.ts";

/** How apps are listed, those that cannot be read too. */
export const toldCases = (): void => {
  test("rows that cannot be read are named with what is wrong; set replaces one, remove removes one", async () => {
    const { apps } = azurite.tables;
    const broken = () =>
      apps.write({ kind: "put", row: { partitionKey: hostName, rowKey: "app", definition: '{"senders":[]}' } });
    const block = { partitionKey: "block-list", rowKey: "block_x", definition: "{" };
    await broken();
    await apps.write({ kind: "put", row: block });
    const told = await ops("apps", "list");
    expect(told.stderr).toContain(
      `The registration of ${hostName} cannot be read, so its callers get 403. clients: it is a list of texts.`,
    );
    expect(told.stderr).toContain("The entry block_x of the block list cannot be read, and blocks nobody");
    const lines = linesOf((await ops("apps", "list", "--json")).stdout);
    expect(lines.filter(({ kind }) => kind === "malformed")).toHaveLength(2);
    expect(await ops("apps", "show", hostName)).toMatchObject({ code: 1 });
    expect(await ops("apps", "block", hostName, "--yes")).toMatchObject({ code: 1 });
    expect(await set("--client", "c1")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("replaced as a whole"),
    });
    expect(await found()).toMatchObject({ clients: ["c1"], senders: [] });
    await broken();
    expect(await ops("apps", "remove", hostName, "--yes")).toMatchObject({ code: 0 });
    await apps.write({ kind: "delete", ...block });
  });

  test("list and show tell each app; one that is not there is exit code 2", async () => {
    await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "apns=contoso");
    const list = await ops("apps", "list");
    expect(list.stdout).toMatch(/^APP +BLOCKED +SENDERS +CLIENTS +TENANTS +CREDENTIALS$/m);
    expect(list.stdout).toMatch(new RegExp(`^${hostName} +no +1 +1 +1 +apns=contoso$`, "m"));
    const lines = linesOf((await ops("apps", "list", "--json")).stdout);
    expect(lines.find((line) => line.hostName === hostName)).toMatchObject({
      kind: "app",
      senders: ["s1"],
      tenants: ["t1"],
    });
    expect((await ops("apps", "show", hostName)).stdout).toMatch(/^senders +s1$/m);
    expect(await ops("apps", "show", "nobody.contoso.com")).toMatchObject({ code: 2, stdout: "" });
  });
};
