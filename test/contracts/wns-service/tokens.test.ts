import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { askForToken, newToken, pushRaw, send, startLocalWns, type Form, type LocalWns } from "./local-wns.ts";

let service: LocalWns;
let device: NewDevice;

beforeAll(async () => {
  service = await startLocalWns();
  device = await service.control.createDevice();
});
afterAll(() => service.stop());

type Told = { access_token?: string; token_type?: string; expires_in?: number; error?: string };
const told = ({ body }: { readonly body: string }): Told => JSON.parse(body) as Told;

test("an app registration gets a token, by whichever of its directory's addresses", async () => {
  for (const path of ["/oauth2/v2.0/token", `/${service.account.tenantId}/oauth2/v2.0/token`]) {
    const answer = await askForToken(service, {}, path);
    expect(answer).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(told(answer)).toMatchObject({ token_type: "Bearer", expires_in: 600 });
    expect((await pushRaw(service, device, told(answer).access_token!)).status).toBe(200);
  }
});

test("an app of the Partner Center gets a token for its package SID, at the same place or at its own", async () => {
  const form = { client_id: service.account.packageSid, scope: "notify.windows.com" };
  for (const path of ["/oauth2/v2.0/token", "/accesstoken.srf"]) {
    const answer = await askForToken(service, form, path);
    expect([answer.status, told(answer).token_type]).toEqual([200, "bearer"]);
    expect((await pushRaw(service, device, told(answer).access_token!)).status).toBe(200);
  }
});

const legacy =
  (more: Form): (() => Form) =>
  () => ({
    client_id: service.account.packageSid,
    scope: "notify.windows.com",
    ...more,
  });

test.each<[string, () => Form, number, string, number | undefined]>([
  ["another grant", () => ({ grant_type: "password" }), 400, "unsupported_grant_type", 70003],
  ["no grant", () => ({ grant_type: null }), 400, "invalid_request", 900144],
  ["no scope", () => ({ scope: null }), 400, "invalid_request", 900144],
  ["no secret", () => ({ client_secret: null }), 400, "invalid_request", 900144],
  ["another client", () => ({ client_id: crypto.randomUUID() }), 400, "unauthorized_client", 700016],
  ["a wrong secret", () => ({ client_secret: "wrong" }), 401, "invalid_client", 7000215],
  ["the other flow's scope", () => ({ scope: "notify.windows.com" }), 400, "invalid_scope", 70011],
  ["a wrong package SID", legacy({ client_id: "ms-app://s-1-15-2-1" }), 400, "invalid_client", undefined],
  ["a wrong secret of a package", legacy({ client_secret: "wrong" }), 400, "invalid_client", undefined],
  [
    "Entra's scope for a package",
    legacy({ scope: "https://wns.windows.com/.default" }),
    400,
    "invalid_scope",
    undefined,
  ],
])("%s gets no token, and the error that Microsoft would give", async (_case, form, status, error, code) => {
  const answer = await askForToken(service, form());
  expect(answer.status).toBe(status);
  const told = JSON.parse(answer.body);
  expect(told).toMatchObject({ error, error_description: expect.any(String) });
  expect(told.error_codes).toEqual(code === undefined ? undefined : [code]);
  if (code !== undefined) expect(told.error_description).toMatch(new RegExp(`^AADSTS${code}: `));
  expect(answer.body).not.toContain(service.account.clientSecret);
});

test("another directory, a body that is no form and another method get no token", async () => {
  const path = `/${crypto.randomUUID()}/oauth2/v2.0/token`;
  expect(JSON.parse((await askForToken(service, {}, path)).body)).toMatchObject({ error_codes: [90002] });
  const asJson = { headers: { "content-type": "application/json" }, body: "{}" };
  expect((await send(service, `${service.url}/oauth2/v2.0/token`, asJson)).status).toBe(400);
  const got = await send(service, `${service.url}/oauth2/v2.0/token`, { method: "GET" });
  expect(got).toMatchObject({ status: 405, headers: { allow: "POST" } });
});

test("a token is taken for ten minutes, and then refused as expired", async () => {
  const token = await newToken(service);
  service.clock.now += 599_999;
  expect((await pushRaw(service, device, token)).status).toBe(200);
  service.clock.now += 1;
  const answer = await pushRaw(service, device, token);
  expect(answer).toMatchObject({ status: 401, headers: { "x-wns-error-description": "The token has expired." } });
  expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
});
