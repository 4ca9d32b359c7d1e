import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, hostName, ops, set, found, registered } from "./apps-under-test.ts";

/** What `apps` refuses, and how it says so. */
export const faultCases = (): void => {
  const eleven = Array.from({ length: 11 }, (_, index) => ["--client", `c${index}`]).flat();
  test.each([
    { args: [], told: "say what to set" },
    { args: ["--sender", ""], told: "It is an id of 1 to 256 characters." },
    {
      args: eleven,
      told: "--client: an app has 10 at most. Take one away with --remove-client, or all with --clear-clients.",
    },
    { args: ["--credential", "apns"], told: "never the credential" },
    { args: ["--credential", "webpush=x"], told: "Web Push has the VAPID keys" },
    { args: ["--clear-credential", "sms"], told: "It is apns, fcm or wns" },
    { args: ["--file", "/nowhere.json"], told: "/nowhere.json cannot be read." },
    { args: ["--file", "/nowhere.json", "--sender", "s1"], told: "say what to set" },
  ])("$args", async ({ args, told }) => {
    const ended = await set(...args);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain(told);
    expect(await found()).toBeUndefined();
  });

  test.each([
    { file: "{", told: "is no JSON" },
    { file: '{"sender":["s1"]}', told: "There is no field sender in a registration." },
    { file: '{"senders":"s1"}', told: "senders: it is a list of texts." },
    { file: '{"clients":[""]}', told: "clients: each is a text of 1 to 256 characters." },
    {
      file: '{"credentials":{"sms":"x"}}',
      told: "credentials: for each of webpush, wns, apns or fcm the name of a credential.",
    },
    { file: '{"credentials":{"apns":"-----BEGIN KEY"}}', told: "never the credential" },
    { file: '{"blocked":"yes"}', told: "blocked: it is true or false." },
    { file: '{"hostName":"other.contoso.com"}', told: "The file is about other.contoso.com" },
    { file: "[]", told: "It is no registration" },
  ])("the file $file", async ({ file, told }) => {
    const path = join(folder, "wrong.json");
    await writeFile(path, file);
    const ended = await set("--file", path);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain(told);
    expect(ended.stderr).not.toContain("BEGIN");
  });

  test("taking away what is not there, and a host name that is none", async () => {
    await registered();
    expect(await set("--remove-sender", "other")).toMatchObject({
      code: 2,
      stderr: `other is not among the senders of ${hostName}.\n`,
    });
    const wrong = await ops("apps", "set", "https://contoso.com/", "--sender", "s1", "--yes");
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining("It is a DNS host name") });
    for (const args of [
      ["block", "client"],
      ["block", "a.contoso.com", "id"],
      ["block", "no host!"],
      ["unblock", "tenant", " "],
    ])
      expect(await ops("apps", ...args, "--yes"), args.join(" ")).toMatchObject({ code: 64, stdout: "" });
  });
};
