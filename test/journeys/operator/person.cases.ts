import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { aliasKey, notificationKey } from "../../../shared/feed/rows.ts";
import { hashOf } from "../../../shared/hash.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import type { StackFile } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { deadLetterOf, type Dead } from "./damage.ts";
import type { OperatorStack } from "./operator-stack.ts";
import { everything, namesOfSubscriptions, tracesIn } from "./traces.ts";

const user = "grace@contoso.com";
const contents = ["heard by Grace", "read this, Grace", "later for Grace", "dead for Grace"];

type Feed = { readonly "@odata.deltaLink": string };

/** One person, known to two apps, who leaves. */
export const personCases = (operator: () => OperatorStack, shop: () => StackFile["apps"][number]) => {
  let browser: SubscribedDevice;
  let iphone: SubscribedDevice;
  let dead: Dead;
  let deltaLink: string;
  /** Whatever they could be known again by. */
  let words: readonly string[];
  const posted: { readonly id: string; readonly name: string }[] = [];

  const ask = async (url: string): Promise<Response> =>
    fetch(url, { headers: { authorization: `Bearer ${await operator().stack.token({ user })}` } });
  const idOptions = async (): Promise<readonly string[]> => {
    const { objectId, tenantId } = await operator().person(user);
    return [objectId, "--tenant", tenantId];
  };

  return {
    isKnown: (): void => {
      test("a person has devices at two apps, heard something, is to hear something later, and has a dead letter", async () => {
        const here = operator();
        const { stack } = here;
        [browser, iphone] = await Promise.all([stack.device(user), stack.device(user, shop(), "iOS")]);
        const post = async (name: string, more: object, to: Parameters<typeof stack.post>[1]): Promise<void> => {
          const { status, json, text } = await stack.post({ appNotificationId: name, ...more }, to);
          expect(status, text).toBe(201);
          posted.push({ id: String(json.id), name });
        };
        await post("heard", { payload: { rawContent: "heard by Grace" } }, { unsid: browser.unsid });
        await stack.shows(browser, ["heard by Grace"]);
        const visualContent = { title: "later for Grace" };
        const endpointFallback = { platformTypes: ["iOS"], fallbackDelayInSeconds: 600, visualContent };
        const later = { payload: { rawContent: "read this, Grace" }, fallbackPolicy: { endpointFallback } };
        await post("later", later, { app: shop(), unsid: iphone.unsid });
        const feed = feedKeyOf(await here.person(user), stack.stack.apps[0]!.hostName);
        dead = await deadLetterOf(here, { device: browser, feed, content: "dead for Grace" });
        await dead.mend();
        const { hostName } = stack.stack.apps[0]!;
        const page = await ask(`${stack.stack.httpUrl}/beta/me/notifications/delta?targetHostName=${hostName}`);
        deltaLink = ((await page.json()) as Feed)["@odata.deltaLink"];
      });
    },

    leaves: (): void => {
      test("user export writes all that is kept of them to a file that its owner alone may read", async () => {
        const { file, done, stack } = operator();
        await done("user", "export", ...(await idOptions()), "--out", file("grace.json"));
        expect((await stat(file("grace.json"))).mode & 0o777).toBe(0o600);
        const exported = await readFile(file("grace.json"), "utf8");
        const { channel } = browser;
        const devices = [browser.deviceId, iphone.deviceId, String(channel.endpoint), String(iphone.channel.token)];
        const kept = [...contents, ...devices, ...posted.map(({ id }) => id), dead.id, stack.stack.apps[0]!.hostName];
        expect(kept.filter((word) => !exported.includes(word))).toEqual([]);
        const { messages } = JSON.parse(exported) as { readonly messages: readonly object[] };
        expect(messages).toContainEqual(expect.objectContaining({ state: "scheduled", tells: "fallback" }));
        expect(messages).toContainEqual(expect.objectContaining({ state: "dead letter", notificationId: dead.id }));
      });

      test("user erase leaves nothing of them in any table or queue, though one of their apps was removed meanwhile", async () => {
        const here = operator();
        const { tables, stack, done } = here;
        const person = await here.person(user);
        const feeds = [stack.stack.apps[0]!, shop()].map(({ hostName }) => feedKeyOf(person, hostName));
        const ids = [...posted.map(({ id }) => id), dead.id];
        const devices = [browser, iphone];
        const inClear = [
          ...[user, person.objectId, ...feeds, ...ids, ...ids.map((id) => notificationKey(id as NotificationId))],
          ...posted.map(({ name }) => aliasKey(name)),
          ...[...(await namesOfSubscriptions(tables, feeds)), ...devices.map(({ deviceId }) => deviceId)],
          ...devices.map(({ unsid }) => hashOf("unsid", unsid)),
          ...contents,
        ];
        const secret = [
          ...devices.map(({ unsid }) => unsid),
          ...[String(browser.channel.endpoint), String(iphone.channel.token)],
        ];
        const before = await everything(here);
        expect(inClear.filter((word) => tracesIn(before, [word]).length === 0)).toEqual([]);
        expect(tracesIn(before, secret)).toEqual([]); // sealed, or kept as hashes

        const { stderr } = await done("user", "erase", ...(await idOptions()), "--settle", "1", "--yes");
        expect(stderr).toContain("found nothing of this person");
        words = [...inClear, ...secret];
        expect(tracesIn(await everything(here), words)).toEqual([]);
      });

      test("their device is told to start over and finds nothing, its UNSID names nobody, and nothing rings any more", async () => {
        const { stack } = operator();
        expect((await ask(deltaLink)).status).toBe(410);
        const { hostName } = stack.stack.apps[0]!;
        const feed = `${stack.stack.httpUrl}/beta/me/notifications?targetHostName=${hostName}`;
        expect(await (await ask(feed)).json()).toMatchObject({ value: [] });
        const refused = async (): Promise<boolean> => (await stack.post({}, { unsid: browser.unsid })).status === 403;
        await until(refused, { what: "the UNSID names nobody" });
        expect(await stack.shown(browser)).toEqual(["heard by Grace"]); // what a device shows is its own
      });
    },

    staysAway: (): void => {
      test("nothing of the person who was erased came back with a backup that knew them", async () => {
        expect(tracesIn(await everything(operator()), words)).toEqual([]);
      });
    },
  };
};
