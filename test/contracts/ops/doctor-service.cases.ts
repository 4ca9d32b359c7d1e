import { expect, test } from "vitest";
import { closedPort } from "../../support/closed-port.ts";
import { examined, expectOnly, serviceIs } from "./doctor-under-test.ts";

/** What the service and the issuer of its tokens answer. */
export const serviceCases = (): void => {
  test.each([
    [
      { version: "0.1.0", commit: "8219a4d05ad0".padEnd(40, "f") },
      "live and ready: version 0.1.0, commit 8219a4d05ad0.",
    ],
    [{ version: "0.1.0" }, "live and ready: version 0.1.0."],
    [{ version: "0.1.0", commit: "main\u001b[2J" }, "live and ready: version 0.1.0."],
    [{ version: "\u001b[2J<script>" }, "live and ready."],
    ["live", "live and ready."],
  ])("the service tells its build, and one that tells none, or anything else, is as well: %j", async (build, told) => {
    serviceIs({ build });
    const found = await examined();
    expect(found.find(({ check }) => check === "service")).toMatchObject({
      verdict: "ok",
      sentence: expect.stringContaining(told),
    });
  });

  test("an issuer that is away, or whose metadata is another's, is named with the reason", async () => {
    const away = `http://127.0.0.1:${await closedPort()}`;
    expectOnly(
      await examined({ TOKEN_ISSUERS: away }),
      "issuers",
      "wrong",
      new RegExp(`^The keys of ${away} cannot be had: it cannot be reached`),
    );
    serviceIs({ issuer: "https://another.example" });
    expectOnly(await examined(), "issuers", "wrong", /The discovery document is another issuer's\.$/);
  });

  test("a service that gives browsers another VAPID key, does not live, or whose clock is off, is found so", async () => {
    serviceIs({ vapid: "B" });
    expectOnly(await examined(), "VAPID", "wrong", /another public key/);
    serviceIs({ live: 404, ready: 404 });
    expectOnly(await examined(), "service", "wrong", /answers GET \/health\/live with 404\.$/);
    serviceIs({ aheadMs: 600_000 });
    expectOnly(await examined(), "clock", "wrong", /the service is (599|600) s ahead of this machine/);
  });
};
