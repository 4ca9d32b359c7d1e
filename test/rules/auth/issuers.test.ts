import { expect, test } from "vitest";
import { speaksFor } from "../../../shared/auth/issuers.ts";

const v1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`;
const v2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;
const own = "http://127.0.0.1:7072/local";
const trusted = [v1("tenant-a"), v2("tenant-b"), own];

test.each([
  [v1("tenant-a"), "tenant-a", true],
  [v1("tenant-a"), "Tenant-A", true],
  [v1("tenant-a"), "tenant-b", false],
  [v2("tenant-b"), "tenant-b", true],
  [v2("tenant-b"), "tenant-a", false],
  [own, "tenant-c", true],
  [own, "tenant-a", false],
  [own, "TENANT-B", false],
])("%s speaks for %s: %s", (issuer, tenant, expected) => {
  expect(speaksFor(issuer, tenant, trusted)).toBe(expected);
});
