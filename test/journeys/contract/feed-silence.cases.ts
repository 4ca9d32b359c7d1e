import { describe, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { anyone, caller, stack } from "./anyone.ts";
import { as, list, patch, right } from "./feed-client.ts";

/** A state that changes rings nobody. */
export const feedSilenceCases = (): void => {
  describe("others", () => {
    test("a state change taps no browser", async () => {
      const device = await stack.device(anyone.upn);
      const { json } = await right(caller.post({ payload: { rawContent: "one" } }, { token: anyone.token }), 201);
      await stack.shows(device, ["one"]);
      await right(patch(`notifications/${String(json.id)}`, { readState: "read" }));
      await right(patch(list(), { all: true, userActionState: "dismissed" }));
      await right(as(anyone, "DELETE", `notifications/${String(json.id)}`), 204);
      await right(caller.post({ payload: { rawContent: "two" } }, { token: anyone.token }), 201);
      const shown = async (): Promise<boolean> => (await stack.shown(device)).includes("two");
      await until(shown, { what: "the next one rings" });
      expect(await stack.attemptsAt(device)).toEqual([201, 201]);
    });

    test("a read notification, or a dismissed one, rings no more where it had not rung", async () => {
      const device = await stack.device(anyone.upn);
      await stack.push.addFault({ device: device.deviceId, status: 503, count: 1 });
      const { json } = await right(caller.post({ payload: { rawContent: "seen" } }, { token: anyone.token }), 201);
      await right(patch(`notifications/${String(json.id)}`, { readState: "read" }));
      await right(caller.post({ payload: { rawContent: "next" } }, { token: anyone.token }), 201);
      await until(async () => (await stack.shown(device)).includes("next"), { what: "the next one rings" });
      await until(async () => (await stack.push.faults()).length === 0, { what: "the fault was met" }).catch(
        () => undefined,
      );
      expect(await stack.shown(device)).not.toContain("seen");
    });
  });
};
