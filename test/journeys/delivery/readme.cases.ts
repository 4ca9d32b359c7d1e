import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { rawContentOf } from "../../support/stack-client.ts";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { platforms, type Platform } from "./platforms.ts";

/** What README has its reader do first, on a fresh start. */
export const readmeCases = (shared: () => LocalStack): void => {
  test("README's one POST rings the browser, the PC, the iPhone and the Android phone of a fresh start; dismissed as README does it, it goes away", async () => {
    const readme = await readFile("README.md", "utf8");
    const [, json = ""] = /-d '(\{.*\})'/.exec(readme) ?? [];
    const notification = JSON.parse(json) as Record<string, unknown>;
    const { devices } = shared().stack;
    const names = devices.map(({ name, platformType }) => `${name} ${platformType}`);
    expect(names).toEqual(["Browser WebPush", "PC Windows", "iPhone iOS", "Android phone Android"]);
    const [browser] = devices;
    const to = { unsid: browser!.unsid, headers: { "client-request-id": "journey-1" } };
    const answer = await shared().post(notification, to);
    const isContent = ({ device, content }: { device: string | null; content: string | null }): boolean =>
      device === browser!.name && rawContentOf(content) === "Hello from your own server";
    const received = await shared().push.waitFor(isContent, { within: 2_000 });
    expectSevenMembers(answer, shared().stack.httpUrl);
    expect(received).toMatchObject({ status: 201, headers: { urgency: "high" } });
    const lines = [
      /^webpush +│ \d\d:\d\d:\d\d Browser WebPush Hello from your own server$/m,
      ...names
        .slice(1)
        .map((name) => new RegExp(`^native-push +│ \\d\\d:\\d\\d:\\d\\d ${name} Hello: from your own server$`, "m")),
    ];
    const printed = (): boolean => lines.every((line) => line.test(shared().output()));
    await until(printed, { what: "four devices ring", within: 5_000 });

    const [, path = "", act = ""] = /apns\.controlUrl\)(\S+)" .* -d '(\{.*\})'/.exec(readme) ?? [];
    const acted = await fetch(shared().stack.apns.controlUrl + path, { method: "POST", body: act });
    expect([path, acted.status, await acted.text()]).toEqual(["/_devices/iPhone/_act", 204, ""]);
    const hasGone = async ({ platformType }: Platform): Promise<boolean> =>
      (await shared().pushTo(platformType).devices()).every(({ screen }) => screen.length === 0);
    const haveGone = async (): Promise<boolean> => (await Promise.all(platforms.map(hasGone))).every(Boolean);
    await until(haveGone, { what: "it goes away from the PC and both phones" });

    const again = await shared().post({ ...notification, payload: { rawContent: "Hello again" } }, to);
    expect(again).toMatchObject({ status: 200, json: { id: answer.json.id } });
    await shared().shows(received as { deviceId: string }, ["Hello again"], 2_000);
  });
};

/** The answer to README's notification, posted with the client-request-id `journey-1`. */
const expectSevenMembers = (answer: Awaited<ReturnType<LocalStack["post"]>>, httpUrl: string): void => {
  expect(answer.status).toBe(201);
  const { id, expirationDateTime, displayTimeToLive } = answer.json;
  const base = `${httpUrl}/beta`;
  expect(answer.text).toBe(
    JSON.stringify({
      "@odata.context": `${base}/$metadata#users('graphnotify%40contoso.com')/notifications/$entity`,
      displayTimeToLive,
      expirationDateTime,
      groupName: null,
      id,
      priority: "High",
      payload: { visualContent: { title: "Hello", body: "from your own server" } },
    }),
  );
  expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(expirationDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/);
  const sevenDays = 7 * 24 * 3600;
  expect([sevenDays, sevenDays - 1, sevenDays - 2]).toContain(displayTimeToLive);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
    location: `${base}/me/activities/${String(id)}`,
    "odata-version": "4.0",
    "request-id": expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    "client-request-id": "journey-1",
    "strict-transport-security": expect.stringContaining("max-age=") as unknown,
    "cache-control": "private",
  });
};
