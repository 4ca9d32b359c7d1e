import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certificateIn } from "../../../infra/local/push/certificate.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-certificate-"));
});
afterAll(() => rm(folder, { recursive: true }));

const dayMs = 24 * 60 * 60 * 1000;
const now = Date.UTC(2030, 0, 1);

test("the first start makes a certificate for this machine's addresses, for its owner's eyes alone", async () => {
  const { cert, ca } = await certificateIn(folder, now);
  const [server, authority] = [new X509Certificate(cert), new X509Certificate(ca)];
  expect(server.checkIP("127.0.0.1") && server.checkIP("::1") && server.checkHost("localhost")).toBeTruthy();
  expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true);
  expect([server.ca, authority.ca]).toEqual([false, true]);
  expect(await readdir(folder)).toEqual(["ca.pem", "server.pem"]);
  for (const name of ["ca.pem", "server.pem"]) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test("it stays the same for years, until it is near its end", async () => {
  const first = await certificateIn(folder, now);
  expect(await certificateIn(folder, now + 9 * 365 * dayMs)).toEqual(first);
  const renewed = await certificateIn(folder, now + (10 * 365 - 80) * dayMs);
  expect(renewed.ca).not.toBe(first.ca);
  expect(await certificateIn(folder, now + 10 * 365 * dayMs)).toEqual(renewed);
});

test.each([
  ["the authority of another", (own: string) => writeFile(join(own, "ca.pem"), foreignCa)],
  ["half a file", (own: string) => truncate(join(own, "server.pem"), 600)],
  ["no authority", (own: string) => rm(join(own, "ca.pem"))],
])("with %s it is made anew", async (_case, damage) => {
  const own = await mkdtemp(join(tmpdir(), "fanfare-certificate-"));
  const before = await certificateIn(own, now);
  await damage(own);
  const { cert, ca } = await certificateIn(own, now);
  await rm(own, { recursive: true });
  expect(cert).not.toBe(before.cert);
  expect(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey)).toBe(true);
});

let foreignCa: string;
beforeAll(async () => {
  const other = await mkdtemp(join(tmpdir(), "fanfare-certificate-"));
  foreignCa = (await certificateIn(other, now)).ca;
  await rm(other, { recursive: true });
});
