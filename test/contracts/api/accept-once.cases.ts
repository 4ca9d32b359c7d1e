import { describe, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { closedPort } from "../../support/closed-port.ts";
import { loadApp, type Answered } from "../../support/app-in-process.ts";
import { notification, post } from "./api-under-test.ts";
import { app, authorization, backends, unsid } from "./accept-under-test.ts";

/** A repeat under an Idempotency-Key. */
export const acceptOnceCases = (): void => {
  describe("Idempotency-Key", () => {
    const once = (key: string, body: unknown, by = app): Promise<Answered> =>
      post(by, body, { unsid, headers: { authorization, "idempotency-key": key } });
    /** What a repeat must have in common with the first: all but the ids of the request. */
    const told = ({ status, text, headers }: Answered) => [status, text, headers.get("location")];
    const sentOf = async (id: string): Promise<unknown[]> =>
      (await backends.bus.take(100, 400))
        .map(({ messageId }) => messageId)
        .filter((name) => String(name).startsWith(id));

    test("a repeat is answered as the first was, new or replaced, to the byte, and nothing more is stored or rings", async () => {
      const body = notification({ displayTimeToLive: 60, payload: { visualContent: { title: "t" }, rawContent: "r" } });
      const first = await once("first", body);
      const replacing = await once("second", body);
      expect([first.status, replacing.status, replacing.json.id]).toEqual([201, 200, first.json.id]);
      for (let repeat = 1; repeat <= 2; repeat += 1) {
        expect(told(await once("first", body))).toEqual(told(first));
        expect(told(await once("second", body))).toEqual(told(replacing));
      }
      const sent = await sentOf(first.json.id as string); // the broker drops a message that it has seen
      expect([sent.length, new Set(sent).size]).toEqual([2, 2]);
    });

    test("twins at the same moment are one notification, one message and one answer", async () => {
      const body = notification();
      const answers = await Promise.all(Array.from({ length: 5 }, () => once("twins", body)));
      expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
      expect(answers[0]?.status).toBe(201);
      expect(await sentOf(answers[0]?.json.id as string)).toHaveLength(1);
    });

    test("the same key with another body is a conflict and changes nothing; another caller or user may use it", async () => {
      const body = notification();
      const first = await once("taken", body);
      const other = await once("taken", { ...body, groupName: "other" });
      expect([other.status, other.json.error.code]).toEqual([409, "Conflict"]);
      expect(told(await once("taken", body))).toEqual(told(first));
      const asUser = await backends.authorization(backends.apps.sample, "another.user@contoso.com");
      const elsewhere = await post(
        app,
        { ...body, groupName: "other" },
        {
          headers: { authorization: asUser, "idempotency-key": "taken" },
        },
      );
      expect(elsewhere.status).toBe(201);
    });

    test("a repeat completes what a bus that was away left undone: the same notification, now sent, and the first answer", async () => {
      const body = notification();
      const closed = connectionString(await closedPort(), backends.secrets.serviceBusKey);
      const cutOff = await loadApp(backends.settings({ ServiceBusConnection: closed }));
      expect((await once("cut off", body, cutOff)).status).toBe(400); // a space is no visible character
      expect((await once("cut-off", body, cutOff)).status).toBe(406);
      await cutOff.close();
      const completed = await once("cut-off", body);
      expect(completed.status).toBe(201);
      expect(await sentOf(completed.json.id as string)).toHaveLength(1);
      expect(told(await once("cut-off", body))).toEqual(told(completed));
    });
  });
};
