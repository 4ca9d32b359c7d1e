import { expect, test } from "vitest";
import { outputTo } from "../../../infra/ops/output.ts";
import { run } from "../../../infra/ops/run.ts";

/** What a command line is answered, where there is neither a Fanfare nor a terminal. */
const told = async (...args: string[]) => {
  const written = { stdout: "", stderr: "" };
  const output = outputTo({ write: (text) => (written.stdout += text) }, { write: (text) => (written.stderr += text) });
  const env = { FANFARE_DATA_DIR: "/nowhere" };
  const code = await run(args, { env, output, ask: undefined, stop: new AbortController().signal });
  return { code, ...written };
};

const secret = "hunter2/hunter2+'hunter2'";

test.each([
  {
    args: ["apps", "set", "app.contoso.com", "--credential", `apns=${secret}`],
    named: "'--credential <channel=name>'",
  },
  { args: ["keys", "new", "data", "--id", `k2:${secret}`], named: "'--id <id>'" },
  { args: ["user", "export", `${secret}@`, "--tenant", "t"], named: "'objectId'" },
  { args: ["user", "export", "o", "--tenant", `${secret}@`], named: "'--tenant <id>'" },
  { args: ["smoke", `--token=${secret}`], named: "'--token'" },
  { args: ["dead-letters", "show", secret], named: "'sequence'" },
])("a secret in the wrong place is refused by the place's name, $named, and not quoted", async ({ args, named }) => {
  const { code, stdout, stderr } = await told(...args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
  expect(stderr).toContain(named);
  expect(stderr).not.toContain("hunter2");
});

test.each([
  ["user", "erase", "o", "--tenant", "t", "--tenant", "u", "--yes"],
  ["user", "erase", "o\nnext", "--tenant", "t", "--yes"],
  ["user", "erase", "o", "--tenant", "t\u200b", "--yes"],
  ["apps", "block", "client", "one\nnext", "--yes"],
  ["apps", "set", "app.contoso.com", "--sender", "one\u202etwo", "--yes"],
  ["smoke", "--timeout", "121"],
])("%j %j %j is wrong usage: of two ids neither is guessed, and what cannot be seen is in none", async (...args) => {
  expect(await told(...args)).toMatchObject({ code: 64, stdout: "" });
});
