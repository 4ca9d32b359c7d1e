import { describe, expect, test } from "vitest";
import { caller } from "./anyone.ts";
import { right } from "./feed-client.ts";

/** The description of the API, as it is served. */
export const openapiCases = (): void => {
  describe("others", () => {
    test("openapi.json needs no token and describes every path", async () => {
      for (const prefix of ["beta", "v1.0"]) {
        const { json } = await right(caller.ask("GET", `/${prefix}/openapi.json`));
        expect(json.openapi).toMatch(/^3\.1\./);
        const paths = Object.keys(json.paths as object).join(" ");
        for (const one of [
          ...[
            "/me/notifications",
            "/me/notifications/delta",
            "/me/notifications/{id}",
            "/me/notifications/subscriptions",
          ],
          ...["/me/notifications/subscriptions/{id}", "/me/notifications/vapidPublicKey", "/me/activities/{id}"],
        ]) {
          expect(paths).toContain(one);
        }
      }
    });
  });
};
