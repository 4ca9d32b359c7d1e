import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialSettingsOf } from "../../../infra/local/vendor-accounts.ts";
import { registeredAppSchema } from "../../../shared/auth/app-registry.ts";
import { apnsCredentialFrom } from "../../../shared/channels/apns/credential.ts";
import { credentialsIn, credentialSettingOf } from "../../../shared/channels/credentials.ts";
import { fcmCredentialAt } from "../../../shared/channels/fcm/credential.ts";
import { wnsCredentialFrom } from "../../../shared/channels/wns/credential.ts";
import { testAccounts } from "../../support/vendor-accounts.ts";

const prefix = "APNS_CREDENTIAL_";
/** Takes what begins with "good", and says so. */
const parse = (text: string): string => {
  if (!text.startsWith("good")) throw new Error("must begin with good");
  return text;
};
const inSettings = (env: Record<string, string | undefined>) => credentialsIn(env, prefix, parse);

describe("credentials by name", () => {
  test.each([
    ["APNS_CREDENTIAL_DEFAULT", "default"],
    ["APNS_CREDENTIAL_DEFAULT", "Default"],
    ["APNS_CREDENTIAL_default", "DEFAULT"],
    ["APNS_CREDENTIAL_SHOP_2", "shop-2"],
    ["APNS_CREDENTIAL_SHOP_2", "Shop.2"],
    ["APNS_CREDENTIAL_shop.2", "shop_2"],
  ])("the setting %s is the registry's %s", (setting, name) => {
    const credentials = inSettings({ [setting]: "good", OTHER: "good", APNS_URL: "good" });
    expect(credentials.of(name)).toMatchObject({ credential: "good" });
    expect([credentials.count, credentials.faults]).toEqual([1, []]);
  });

  test("one that is not set is named by its setting, and costs no other anything", () => {
    const { of, count, faults } = inSettings({ APNS_CREDENTIAL_DEFAULT: "good", APNS_CREDENTIAL_EMPTY: "" });
    for (const name of ["shop", "empty"]) {
      expect(of(name)).toEqual({
        fault: `set APNS_CREDENTIAL_${name.toUpperCase()}: the app is registered with that credential`,
      });
    }
    expect([count, faults]).toEqual([1, []]);
  });

  test("one that cannot be read counts, for its platform is meant to be served, and its fault is told at start and at each push", () => {
    const { of, count, faults } = inSettings({ APNS_CREDENTIAL_DEFAULT: "bad", APNS_CREDENTIAL_SHOP: "good" });
    const fault = "APNS_CREDENTIAL_DEFAULT must begin with good";
    expect(of("default")).toMatchObject({ fault });
    expect(of("shop")).toMatchObject({ credential: "good" });
    expect([count, faults]).toEqual([2, [fault]]);
  });

  test("two settings of one name are neither of them taken, for one may be of yesterday", () => {
    const { of, count, faults } = inSettings({ "APNS_CREDENTIAL_A.B": "good 1", APNS_CREDENTIAL_a_b: "good 2" });
    const fault = "APNS_CREDENTIAL_A.B and APNS_CREDENTIAL_a_b are one name: keep one of them";
    expect(of("a-b")).toMatchObject({ fault });
    expect([count, faults]).toEqual([1, [fault]]);
  });

  test("a setting without a name is told to have one", () => {
    const { faults } = inSettings({ APNS_CREDENTIAL_: "good" });
    expect(faults).toEqual(["APNS_CREDENTIAL_ lacks a name: call it APNS_CREDENTIAL_DEFAULT"]);
  });

  test.each([
    "@Microsoft.KeyVault(SecretUri=https://contoso.vault.azure.net/secrets/apns/)",
    "@microsoft.keyvault(VaultName=contoso;SecretName=apns)",
    " @Microsoft.KeyVault(SecretUri=https://contoso.vault.azure.net/secrets/apns/4711)",
  ])("a Key Vault reference that the platform left in place, %s, is told as what it is, and nothing of it", (text) => {
    const { of, faults } = inSettings({ APNS_CREDENTIAL_DEFAULT: text });
    const [fault = ""] = faults;
    expect(of("default")).toMatchObject({ fault });
    expect(fault).toMatch(/^APNS_CREDENTIAL_DEFAULT is a Key Vault reference that the platform did not resolve: /);
    expect(fault).not.toMatch(/contoso|apns\W|4711/);
  });

  test("the registry takes names that a setting can end with, and no others", () => {
    const named = (apns: string) =>
      registeredAppSchema.safeParse({ hostName: "a.example", senders: [], clients: [], credentials: { apns } }).success;
    for (const name of ["default", "Shop-2", "shop.contoso.com", "7", "a_b"]) expect(named(name), name).toBe(true);
    for (const name of ["", "-a", "a b", "ä", "a/b", "a".repeat(65), "{}", "a\n"])
      expect(named(name), name).toBe(false);
  });

  test("names that are the same but for case, hyphens and dots are one setting, others never", () => {
    const names = fc.stringMatching(/^[A-Za-z\d][\w.-]{0,10}$/);
    const plain = (name: string) => name.toLowerCase().replaceAll(/[-.]/g, "_");
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(credentialSettingOf(prefix, one) === credentialSettingOf(prefix, other)).toBe(
          plain(one) === plain(other),
        );
        expect(credentialSettingOf(prefix, one)).toMatch(/^APNS_CREDENTIAL_[A-Z\d_]+$/);
      }),
    );
  });
});

const accounts = testAccounts();
const settings = credentialSettingsOf(accounts, "https://oauth2.googleapis.com/token");
const legacyWns = { packageSid: accounts.wns.packageSid, clientSecret: accounts.wns.clientSecret };
const fcmCredentialFrom = fcmCredentialAt(undefined);
const vendors = [
  { vendor: "APNs", read: apnsCredentialFrom, text: settings.APNS_CREDENTIAL_DEFAULT, key: "privateKey" },
  { vendor: "FCM", read: fcmCredentialFrom, text: settings.FCM_CREDENTIAL_DEFAULT, key: "private_key" },
  { vendor: "WNS", read: wnsCredentialFrom, text: settings.WNS_CREDENTIAL_DEFAULT, key: "clientSecret" },
  { vendor: "WNS, legacy", read: wnsCredentialFrom, text: JSON.stringify(legacyWns), key: "clientSecret" },
];
const objectOf = (text: string) => JSON.parse(text) as Record<string, string>;

const faultOf = (read: (text: string) => unknown, text: string): string => {
  try {
    read(text);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
};

describe("what stands in a credential's setting", () => {
  test("each vendor's is read whole", () => {
    const [apns, fcm, wns, legacy] = vendors.map(({ read, text }) => read(text));
    const { teamId, keyId } = accounts.apns;
    expect(apns).toMatchObject({ teamId, keyId, privateKey: { asymmetricKeyType: "ec" } });
    const { projectId, clientEmail, privateKeyId } = accounts.fcm;
    const tokenUrl = "https://oauth2.googleapis.com/token";
    expect(fcm).toMatchObject({
      projectId,
      clientEmail,
      privateKeyId,
      tokenUrl,
      privateKey: { asymmetricKeyType: "rsa" },
    });
    const { packageSid, ...entra } = accounts.wns;
    expect(wns).toEqual({ kind: "entra", ...entra });
    expect(legacy).toEqual({ kind: "legacy", packageSid, clientSecret: entra.clientSecret });
  });

  test.each(vendors)("of $vendor it may be indented and end in a line end, as files give it", ({ read, text }) => {
    const indented = `\n${JSON.stringify(objectOf(text), undefined, 2)}\r\n`;
    expect(read(indented)).toEqual(read(text));
  });

  const files = vendors.filter(({ read }) => read !== wnsCredentialFrom);
  test.each(files)("of $vendor it may have other members, as portals give it, which are left out", ({ read, text }) => {
    expect(read(JSON.stringify({ ...objectOf(text), universe_domain: "x" }))).toEqual(read(text));
  });

  const others = { ec: generateKeyPairSync("ec", { namedCurve: "P-384" }), ed: generateKeyPairSync("ed25519") };
  const pemOf = ({ privateKey }: { privateKey: (typeof others)["ec"]["privateKey"] }) =>
    privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  test.each([
    ["APNs", apnsCredentialFrom, settings.APNS_CREDENTIAL_DEFAULT, "privateKey", pemOf(others.ec)],
    ["APNs", apnsCredentialFrom, settings.APNS_CREDENTIAL_DEFAULT, "privateKey", accounts.fcm.privateKey],
    ["APNs", apnsCredentialFrom, settings.APNS_CREDENTIAL_DEFAULT, "privateKey", "AuthKey_ABC1234567.p8"],
    ["FCM", fcmCredentialFrom, settings.FCM_CREDENTIAL_DEFAULT, "private_key", accounts.apns.privateKey],
    ["FCM", fcmCredentialFrom, settings.FCM_CREDENTIAL_DEFAULT, "private_key", pemOf(others.ed)],
  ])(
    "a key of another kind is none of %s's, and the sentence says which file to take",
    (_, read, text, member, pem) => {
      const fault = faultOf(read, JSON.stringify({ ...objectOf(text), [member]: pem }));
      expect(fault).toMatch(/^has a private_?[kK]ey that is no (P-256|RSA) key in PEM: /);
    },
  );

  test.each([
    ["APNs", apnsCredentialFrom, { teamId: "short" }],
    ["APNs", apnsCredentialFrom, { keyId: "lowercase1" }],
    ["APNs", apnsCredentialFrom, { privateKey: undefined }],
    ["FCM", fcmCredentialFrom, { type: "authorized_user" }],
    ["FCM", fcmCredentialFrom, { token_uri: "http://oauth2.googleapis.com/token" }],
    ["FCM", fcmCredentialFrom, { project_id: "../other" }],
    ["FCM", fcmCredentialFrom, { client_email: "sender" }],
    ["WNS", wnsCredentialFrom, { tenantId: "contoso.com" }],
    ["WNS", wnsCredentialFrom, { clientSecret: "" }],
    ["WNS", wnsCredentialFrom, { packageSid: accounts.wns.packageSid }],
  ])("of %s a member that is wrong is told by what the setting must be", (vendor, read, change) => {
    const { text } = vendors.find((one) => one.vendor === vendor)!;
    expect(faultOf(read, JSON.stringify({ ...objectOf(text), ...change }))).toMatch(/^must be /);
  });

  test("the assertion goes to Google alone: a file that names another place is of no use, but on a laptop, whose own place it is", () => {
    const elsewhere = JSON.stringify({
      ...objectOf(settings.FCM_CREDENTIAL_DEFAULT),
      token_uri: "https://elsewhere.example/token",
    });
    expect(faultOf(fcmCredentialFrom, elsewhere)).toMatch(/^has a token_uri that is not Google's: /);
    const own = "https://127.0.0.1:7075/token";
    expect(fcmCredentialAt(own)(elsewhere)).toMatchObject({ tokenUrl: own });
    expect(fcmCredentialAt(own)(settings.FCM_CREDENTIAL_DEFAULT)).toMatchObject({ tokenUrl: own });
  });

  test.each(vendors)("whatever stands in $vendor's setting, a fault quotes nothing of it", ({ read, text, key }) => {
    const secret = "s3cr3t-4711";
    const members = Object.keys(objectOf(text));
    const strange = fc.oneof(
      fc.constantFrom(secret, `{"${secret}":`, `"${secret}"`, `[${secret}]`, `${secret}${text}`, `${text}${secret}`),
      fc
        .record({
          member: fc.constantFrom(...members, secret),
          put: fc.constantFrom<unknown>(secret, [secret], { [secret]: 1 }, 4711, null),
        })
        .map(({ member, put }) => JSON.stringify({ ...objectOf(text), [member]: put })),
      fc.string().map((noise) => text.slice(0, -5) + noise + secret),
    );
    const body = /^-----BEGIN PRIVATE KEY-----\n(.{20})/.exec(objectOf(text)[key] ?? "")?.[1] ?? objectOf(text)[key]!;
    fc.assert(
      fc.property(strange, (given) => {
        const fault = faultOf(read, given);
        for (const part of [secret, "4711", body]) expect(fault).not.toContain(part);
      }),
    );
  });
});
