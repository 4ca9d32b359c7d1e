import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { until } from "../../support/until.ts";
import { deadLetterOf } from "./damage.ts";
import type { OperatorStack } from "./operator-stack.ts";

/** What waits, what died, and why it did not ring. */
export const deliveryCases = (operator: () => OperatorStack): void => {
  test("while a push service refuses, queue counts what is to be tried again and explain says why; once it takes, the device rings and explain says that", async () => {
    const { stack, json, done } = operator();
    const device = await stack.device("waits@contoso.com");
    await stack.push.addFault({ device: device.deviceId, status: 503 });
    const { json: posted } = await stack.post({ payload: { rawContent: "late" } }, { unsid: device.unsid });
    const id = String(posted.id);
    const scheduled = async (): Promise<boolean> => Number((await json("queue"))[0]?.scheduled) > 0;
    await until(scheduled, { what: "queue counts it" });
    const explained = async (): Promise<string> => (await done("explain", id)).stdout;
    expect(await explained()).toMatch(/WebPush.*503/);

    await stack.push.clearFaults();
    await stack.shows(device, ["late"]);
    await until(async () => (await explained()).includes("took it at"), { what: "explain tells that it rang" });
    const [{ value = [] } = {}] = (await json("explain", id)) as { value?: { attempts: number; outcome: string }[] }[];
    expect(value).toMatchObject([{ outcome: "delivered", attempts: (await stack.attemptsAt(device)).length }]);
    await until(async () => !(await scheduled()), { what: "queue is empty again" });
  });

  test("of a notification that reached nobody, explain says that the user has no device", async () => {
    const { stack, done } = operator();
    const { status, json } = await stack.post({}, { user: "nobody@contoso.com" });
    expect(status).toBe(201);
    const { stdout } = await done("explain", String(json.id));
    expect(stdout).toContain("The user has no device subscribed to this app.");
  });

  test("a message that failed ten times rings once it is mended and replayed; one that is discarded never does", async () => {
    const here = operator();
    const { stack, json, done, inspector } = here;
    const user = "dead@contoso.com";
    const device = await stack.device(user);
    const feed = feedKeyOf(await here.person(user), stack.stack.apps[0]!.hostName);
    const replayed = await deadLetterOf(here, { device, feed, content: "replayed" });
    const discarded = await deadLetterOf(here, { device, feed, content: "discarded" });
    expect(await stack.shown(device)).toEqual([]);

    const list = await json("dead-letters", "list");
    expect(list).toMatchObject(
      [replayed, discarded].map(({ id, sequence }) => ({ notificationId: id, sequence, deliveryCount: 10 })),
    );
    expect((await done("dead-letters", "show", replayed.sequence)).stdout).toContain("MaxDeliveryCountExceeded");
    expect(await json("queue")).toMatchObject([{ deadLettered: 2 }]);

    await Promise.all([replayed, discarded].map(({ mend }) => mend()));
    await done("dead-letters", "discard", discarded.sequence, "--yes");
    await done("dead-letters", "replay", replayed.sequence);
    await stack.shows(device, ["replayed"]);
    expect(await inspector.contents("fanout", { subQueueType: "deadLetter" })).toEqual([]);
    await stack.send("the next one", device); // what comes later shows that nothing came before
    await stack.shows(device, ["replayed", "the next one"]);
  });
};
