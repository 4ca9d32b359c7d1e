import { afterAll, beforeAll, expect, test } from "vitest";
import { browser, redirectUri } from "./browser.ts";
import { identityUnderTest } from "./identity-under-test.ts";

let identity: Awaited<ReturnType<typeof identityUnderTest>>;
beforeAll(async () => {
  identity = await identityUnderTest();
});
afterAll(() => identity.stop());

test("the form suggests the seeded user, or whom the app names, and shows a command but never the password", async () => {
  const user = browser(identity);
  const page = await user.authorize();
  expect(page.text).toContain('value="graphnotify@contoso.com"');
  expect(page.text).toContain("print &#39;the&#39; &lt;password&gt;");
  expect(page.text).not.toContain(identity.secrets.userPassword);
  expect((await user.authorize({ login_hint: 'ada"><script>' })).text).toContain('value="ada&quot;&gt;&lt;script&gt;"');
});

test("a wrong password brings the form back with a sentence at the field, and signs nobody in", async () => {
  const user = browser(identity);
  const page = await user.authorize();
  const again = await user.submit(page, { username: "ada@contoso.com", password: "guess<" });
  expect(again.status).toBe(403);
  expect(again.text).toMatch(/role="alert">That is not the password/);
  expect(again.text).toMatch(/<title>Error: sign in/);
  expect(again.text).toContain('aria-invalid="true"');
  expect(again.text).toContain('value="ada@contoso.com"');
  expect(again.text).not.toContain("guess");
  expect((await user.authorize({ prompt: "none" })).url).toContain("error=login_required");
  const back = await user.submit(again, { username: "ada@contoso.com", password: identity.secrets.userPassword });
  expect(back.url).toContain(`${redirectUri}?code=`);
});

test.each([
  { what: "a blank name", form: { username: "  " }, status: 403 },
  { what: "a name of a novel's length", form: { username: "a".repeat(300) }, status: 403 },
  { what: "a form of a novel's length", form: { username: "a".repeat(20_000) }, status: 413 },
])("$what is refused", async ({ form, status }) => {
  const user = browser(identity);
  const page = await user.authorize();
  const answer = await user.submit(page, { ...form, password: identity.secrets.userPassword });
  expect(answer.status).toBe(status);
});

test("another site's form signs nobody in", async () => {
  const user = browser(identity);
  const page = await user.authorize();
  const form = { username: "mallory", password: identity.secrets.userPassword };
  for (const origin of ["http://127.0.0.1:7171", "null"]) {
    expect((await user.submit(page, form, origin)).status).toBe(403);
  }
});

test("a form is good for the browser that was sent to it alone", async () => {
  const page = await browser(identity).authorize();
  const stranger = browser(identity);
  expect(await stranger.go(page.url)).toMatchObject({ status: 400, text: expect.stringContaining("sign-in is over") });
  const form = { username: "mallory", password: identity.secrets.userPassword };
  expect((await stranger.submit(page, form)).status).toBe(400);
});

test("pages run and load nothing but the provider's own, are framed by nobody and kept nowhere", async () => {
  const user = browser(identity);
  const { headers, text } = await user.authorize();
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("form-action 'self' http://127.0.0.1:7171 http://localhost:7171");
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(text).not.toMatch(/<script>|<style|style=|onclick/);
  expect(headers.get("cache-control")).toBe("no-store");
  const style = await fetch(`${identity.issuer()}/sign-in.css`);
  expect(style.headers.get("content-type")).toContain("text/css");
  expect(await style.text()).toContain("color-scheme: light dark");
});

test("signing out ends the session and what it gave, and leads back to the page", async () => {
  const user = browser(identity);
  const { body } = await user.redeem(await user.signIn());
  const query = new URLSearchParams({
    id_token_hint: body.id_token!,
    post_logout_redirect_uri: redirectUri,
    state: "x",
  });
  const page = await user.go(`/oauth2/v2.0/logout?${query.toString()}`);
  expect(page.text).toContain('<script src="/sign-out.js">');
  const [, action = "", xsrf = ""] = /action="([^"]+)".*value="([^"]+)"/.exec(page.text) ?? [];
  const back = await user.submit({ ...page, url: action }, { xsrf, logout: "yes" });
  expect(back.url).toBe(`${redirectUri}?state=x`);
  expect((await user.authorize({ prompt: "none" })).url).toContain("error=login_required");
  expect(await user.refresh(body.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("who only links to the sign-out is asked first", async () => {
  const user = browser(identity);
  await user.signIn();
  const page = await user.go("/oauth2/v2.0/logout");
  expect(page.text).toContain(">Sign out</button>");
  expect(page.text).not.toContain("<script");
  expect((await user.authorize({ prompt: "none" })).url).toContain("code=");
});

test("somebody else signs in in place of who had", async () => {
  const user = browser(identity);
  await user.signIn();
  const page = await user.signIn("bob@contoso.com", { prompt: "login" });
  // The library first takes the former user out, by a form that posts itself.
  const [, action = "", xsrf = ""] = /action="([^"]+)"[\s\S]*name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
  const back = await user.submit({ ...page, url: action }, { xsrf, logout: "yes" });
  const { body } = await user.redeem(back);
  expect(JSON.parse(Buffer.from(body.id_token!.split(".")[1]!, "base64url").toString())).toMatchObject({
    preferred_username: "bob@contoso.com",
  });
});
