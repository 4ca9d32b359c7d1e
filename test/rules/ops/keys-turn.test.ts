import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { newDataKey } from "../../../infra/ops/keys/turned.ts";
import { dataKeysFrom, printDataKeys } from "../../../shared/data-keys.ts";
import { command } from "../../contracts/ops/operator.ts";

const keyOf = (id: string) => ({ id, key: randomBytes(32) });
const [old, older] = [keyOf("k1"), keyOf("k0")];

/** What a turn makes of a value; beside the value nothing that is told holds a key. */
const turned = async (value: string, ...args: readonly string[]) => {
  const told = await command(["keys", ...args], { env: {}, stdin: value });
  for (const part of [value, told.stdout].flatMap((text) => text.split(/[,:\s]/)))
    if (part.length > 40) expect(told.stderr).not.toContain(part);
  return { ...told, ids: dataKeysFrom(told.stdout)?.map(({ id }) => id) };
};

test("a whole rotation, from pipe to pipe: added behind, put in front, the old one taken out; no key is changed", async () => {
  const added = await turned(`${printDataKeys([old])}\n`, "turn", "add");
  expect(added).toMatchObject({ code: 0, ids: ["k1", expect.stringMatching(/^k\d{8}_[\da-f]{6}$/)] });
  const [, id = ""] = added.ids ?? [];
  expect(added.stderr).toContain(`Next, once every instance runs with this value: keys turn front ${id}.`);
  const front = await turned(added.stdout, "turn", "front", id);
  expect(front).toMatchObject({ code: 0, ids: [id, "k1"], stderr: expect.stringContaining("k1 opens what is older") });
  expect(dataKeysFrom(front.stdout)?.toReversed()).toEqual(dataKeysFrom(added.stdout));
  const dropped = await turned(front.stdout, "turn", "drop", "k1");
  expect(dropped).toMatchObject({ code: 0, ids: [id], stderr: expect.stringContaining("31 days") });
  expect(dataKeysFrom(dropped.stdout)).toEqual(dataKeysFrom(front.stdout)?.slice(0, 1));
});

test("a step that is taken twice changes nothing, or is told", async () => {
  const both = printDataKeys([old, older]);
  const again = await turned(both, "turn", "front", "k1");
  expect(again).toMatchObject({ code: 0, ids: ["k1", "k0"], stderr: expect.stringContaining("nothing is changed") });
  expect(await turned(printDataKeys([old]), "turn", "drop", "k0")).toMatchObject({ code: 2, stdout: "" });
  expect(await turned(both, "turn", "add", "--id", "k0")).toMatchObject({ code: 1, stdout: "" });
  const more = await turned(both, "turn", "add");
  expect(more).toMatchObject({ code: 0, stderr: expect.stringContaining("There were 2 keys before") });
});

const value = printDataKeys([old, older]);
test.each([
  { given: "", args: ["turn", "add"], code: 1, told: /^Nothing came in on stdin/ },
  { given: "\n", args: ["turn", "front", "k1"], code: 1, told: /^Nothing came in on stdin/ },
  {
    given: `,${value}`,
    args: ["turn", "front", "k1"],
    code: 1,
    told: /part 1 of 3 is empty\. Nothing was written\.$/m,
  },
  { given: `${value},`, args: ["turn", "drop", "k0"], code: 1, told: /part 3 of 3 is empty/ },
  { given: value.slice(0, -5), args: ["turn", "add"], code: 1, told: /part 2 of 2 is no id:key pair/ },
  { given: "@Microsoft.KeyVault(SecretUri=x)", args: ["turn", "add"], code: 1, told: /part 1 of 1 is no id:key pair/ },
  { given: value, args: ["turn", "front", "k9"], code: 2, told: /^There is no key k9\. There is: k1, k0\./ },
  { given: value, args: ["turn", "drop", "k1"], code: 1, told: /^k1 is the key that seals.* put another one in front/ },
  { given: printDataKeys([old]), args: ["turn", "drop", "k1"], code: 1, told: /it is the only one/ },
  { given: ",", args: ["ids"], code: 1, told: /part 1 of 2 is empty/ },
])("$args of what is no such value, or is not to be, writes nothing: case $#", async ({ given, args, code, told }) => {
  expect(await turned(given, ...args)).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(told) });
});

test("the ids are told in their order, and no key", async () => {
  expect((await turned(value, "ids")).stdout).toBe("k1 seals\nk0 opens what is older\n");
  expect((await turned(value, "ids", "--json")).stdout).toBe('{"value":["k1","k0"]}\n');
});

test("two keys that are made on one day have two ids", () => {
  const ids = Array.from({ length: 20 }, () => newDataKey(0).id);
  expect(new Set(ids).size).toBe(20);
  expect(ids[0]).toMatch(/^k19700101_/);
});
