import * as z from "zod";
import type { OneAtATime } from "../../../../shared/one-at-a-time.ts";
import { Refused } from "../../http/refused.ts";
import { parsed, type Reply, type Route } from "../control-http.ts";
import type { Device } from "../devices.ts";
import type { PushState } from "../state.ts";
import { accountSchema, hasSameFeed, type Account } from "./account.ts";
import { actions, type Acted, type Action, type FeedClient } from "./feed-client.ts";
import { knownOf } from "./known.ts";
import { newMemory } from "./memory.ts";
import type { KeepScreen } from "./screen-keeper.ts";

type Use<Own> = {
  readonly state: PushState<Own>;
  readonly feed: FeedClient;
  readonly inTurn: OneAtATime;
  readonly keepScreen: KeepScreen;
  /** There is something to read. */
  readonly look: (deviceId: string) => void;
  /** Somebody opens the app, which then reads its feed: resolves when it has, or cannot. */
  readonly opened: (deviceId: string) => Promise<void>;
};

const actSchema = z
  .strictObject({
    notificationId: z.string().min(1).optional(),
    appNotificationId: z.string().min(1).optional(),
    action: z.enum(actions),
  })
  .refine(
    ({ notificationId, appNotificationId }) => (notificationId === undefined) !== (appNotificationId === undefined),
    "one of notificationId and appNotificationId is needed",
  );

const done: Reply = { status: 204 };

/** What the control API has for apps: signing a user in, and doing what a person does with a notification on the device. */
export const appRoutes = <Own>(use: Use<Own>): readonly Route[] => [
  [
    "PUT",
    "/_devices/:device/account",
    async ({ params, body }) => {
      await signIn(use, deviceOf(use, params.device), parsed(accountSchema, await body()));
      return done;
    },
  ],
  [
    "POST",
    "/_devices/:device/_act",
    async ({ params, body }) => {
      const { action, ...which } = parsed(actSchema, await body());
      const device = deviceOf(use, params.device);
      // What the system drew without the app, the app knows by no name of its own until somebody opens it.
      if (which.appNotificationId !== undefined && idOf(use, device, which) === undefined) {
        await use.opened(device.deviceId);
      }
      await use.inTurn(device.deviceId, () => act(use, device, which, action));
      return done;
    },
  ],
];

const deviceOf = <Own>({ state }: Use<Own>, nameOrId = ""): Device<Own> => {
  const device = state.devices.find(nameOrId);
  if (device) return device;
  throw new Refused(404, `There is no device ${JSON.stringify(nameOrId)}.`);
};

/** Whoever signs in again to the same feed goes on where the app was; anybody else starts with an empty screen. The app then reads the feed. */
const signIn = async <Own>({ state, look }: Use<Own>, { deviceId }: Device<Own>, account: Account): Promise<void> => {
  const { memories, screens, store } = state;
  const before = memories.of(deviceId);
  const goesOn = before && hasSameFeed(before.account, account);
  const changes = goesOn
    ? memories.put(deviceId, { ...before, account, reasons: before.reasons + 1 })
    : [
        ...memories.forget(deviceId),
        ...(before ? screens.clear(deviceId) : []),
        ...memories.put(deviceId, newMemory(account)),
      ];
  const written = store.commit(changes);
  look(deviceId);
  await written;
};

type Which = { readonly notificationId?: string | undefined; readonly appNotificationId?: string | undefined };

/** The feed first, then the screen: a refused action changes nothing. Throws `Refused` with the feed's own words. */
const act = async <Own>(use: Use<Own>, device: Device<Own>, which: Which, action: Action): Promise<void> => {
  const { state, feed, keepScreen } = use;
  const { memories, screens, store, now, platformType } = state;
  const { deviceId, name } = device;
  const account = memories.of(deviceId)?.account;
  if (!account) throw new Refused(409, `Nobody is signed in to the app on ${name}.`);
  if (!device.online) throw new Refused(409, `${name} is offline.`);
  const id = idOf(use, device, which);
  if (id === undefined)
    throw new Refused(404, `The app on ${name} knows no ${JSON.stringify(which.appNotificationId)}.`);

  const acted = await feed.act(account, id, action);
  if (acted.kind === "refused" && acted.status !== 404) throw refusalOf(acted);
  const entity = acted.kind === "done" ? acted.entity : undefined;
  const learnt = entity
    ? memories.learn(deviceId, knownOf(entity, platformType, now()))
    : memories.unlearn(deviceId, [id]);
  await store.commit([...learnt, ...keepScreen(device, [id], screens.lastNumber())]);
  if (acted.kind === "refused") throw refusalOf(acted);
};

/** By the app's own name for it the latest: an older one may be there still, which was deleted. */
const idOf = <Own>({ state }: Use<Own>, { deviceId }: Device<Own>, which: Which): string | undefined =>
  which.notificationId ??
  [...state.memories.known(deviceId).values()]
    .filter(({ appNotificationId }) => appNotificationId === which.appNotificationId)
    .map(({ id }) => id)
    .toSorted()
    .at(-1);

const refusalOf = ({ status, reason }: Extract<Acted, { kind: "refused" }>): Refused =>
  status === 404
    ? new Refused(404, "The feed does not know it any more.")
    : new Refused(502, `The feed answered ${status}: ${reason}`);
