import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inboxClientId } from "../../../infra/local/identity/inbox-client.ts";
import { browser } from "./browser.ts";
import { claims, identityUnderTest, pageOrigins } from "./identity-under-test.ts";

let identity: Awaited<ReturnType<typeof identityUnderTest>>;
beforeAll(async () => {
  identity = await identityUnderTest();
});
afterAll(() => identity.stop());

const signedIn = async () => {
  const user = browser(identity);
  const { body } = await user.redeem(await user.signIn());
  return { user, refreshToken: body.refresh_token };
};

test("a refresh token brings the same user's next token and its own successor", async () => {
  const { user, refreshToken } = await signedIn();
  const answer = await user.refresh(refreshToken);
  expect(answer).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });
  expect(answer.body.refresh_token).not.toBe(refreshToken);
  expect(claims(answer)).toMatchObject({
    aud: "api://fanfare",
    preferred_username: "ada@contoso.com",
    azp: inboxClientId,
  });
  expect(claims(answer).scp).toBe("Notifications.ReadWrite.CreatedByApp");
  expect((await user.refresh(answer.body.refresh_token)).status).toBe(200);
});

test("one that was used already is a thief's or its victim's: all of them end", async () => {
  const { user, refreshToken } = await signedIn();
  const { body } = await user.refresh(refreshToken);
  expect(await user.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect(await user.refresh(body.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a restart signs nobody out, and what is kept for that is the owner's alone", async () => {
  const { user, refreshToken } = await signedIn();
  const used = await user.refresh(refreshToken);
  await identity.restart();
  expect(await user.refresh(used.body.refresh_token)).toMatchObject({ status: 200 });
  expect((await user.authorize({ prompt: "none" })).url).toContain("code=");
  expect((await stat(identity.signInsFile)).mode & 0o777).toBe(0o600);
  expect(await readFile(identity.signInsFile, "utf8")).not.toContain(identity.secrets.userPassword);
});

test("that one was used is remembered over a restart", async () => {
  const { user, refreshToken } = await signedIn();
  await user.refresh(refreshToken);
  await identity.restart();
  expect(await user.refresh(refreshToken)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a damaged file of sign-ins is said, and costs no more than a sign-in", async () => {
  const { user, refreshToken } = await signedIn();
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await identity.restart(() => writeFile(identity.signInsFile, "{"));
  expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("sign-ins.json is damaged"));
  said.mockRestore();
  expect((await user.refresh(refreshToken)).status).toBe(400);
  expect((await user.signIn()).url).toContain("code=");
});

test("an ephemeral provider writes nothing down", async () => {
  const other = await identityUnderTest({ ephemeral: true });
  try {
    const user = browser(other);
    expect(await user.redeem(await user.signIn())).toMatchObject({ status: 200 });
    await expect(stat(other.signInsFile)).rejects.toThrow("ENOENT");
  } finally {
    await other.stop();
  }
});

test("a page of the inbox's origins may read the token endpoint's answer, and no other page", async () => {
  const { user, refreshToken } = await signedIn();
  const ask = (origin: string, token = "") =>
    fetch(`${identity.issuer()}/oauth2/v2.0/token`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ client_id: inboxClientId, grant_type: "refresh_token", refresh_token: token }),
    });
  for (const origin of ["http://127.0.0.1:9999", "https://example.com", "null"]) {
    const answer = await ask(origin, refreshToken);
    expect(answer.status, origin).toBe(400);
    expect(answer.headers.get("access-control-allow-origin"), origin).toBeNull();
  }
  // A refusal too: the page has to know that it must sign in again.
  const refused = await ask(pageOrigins[1]);
  expect(refused.headers.get("access-control-allow-origin")).toBe(pageOrigins[1]);
  const granted = await ask(pageOrigins[0], refreshToken);
  expect(granted).toMatchObject({ status: 200 });
  expect(granted.headers.get("access-control-allow-origin")).toBe(pageOrigins[0]);
  expect(user.jar.size).toBeGreaterThan(0);
});
