import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { controlServer } from "../../../infra/local/push/control.ts";
import { pushControl, type PushControl } from "../../../infra/local/push/control-client.ts";
import type { PlatformType } from "../../../infra/local/push/platform-type.ts";
import { openPushState } from "../../../infra/local/push/state.ts";
import { virtualApps, type Pushed } from "../../../infra/local/push/virtual-apps.ts";
import { until } from "../../support/until.ts";
import { startFakeFeed, type FakeFeed } from "./fake-feed.ts";

/** A clock that stands still until it is moved: whoever waits is waked when it is his time. */
const steppedClock = () => {
  let now = Date.parse("2026-06-01T12:00:00Z");
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();
  return {
    now: () => now,
    /** How long the sleepers still have to sleep, in milliseconds. */
    sleeping: () => [...sleepers].map(({ due }) => due - now),
    pause: (milliseconds: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const sleeper = { due: now + milliseconds, wake: () => signal.removeEventListener("abort", wake) };
        const wake = (): void => {
          sleepers.delete(sleeper);
          resolve();
        };
        Object.assign(sleeper, { wake });
        sleepers.add(sleeper);
        signal.addEventListener("abort", wake);
      }),
    advance: (milliseconds: number): void => {
      now += milliseconds;
      for (const { due, wake } of sleepers) if (due <= now) wake();
    },
  };
};

/** A push service of no vendor's protocol: pushes are handed to its devices directly. */
export type VendorUnderTest = {
  readonly control: PushControl;
  readonly feed: FakeFeed;
  readonly clock: ReturnType<typeof steppedClock>;
  readonly printed: string[];
  /** Where its state is kept. */
  readonly folder: string;
  /** A new device, and the app on it signed in unless told otherwise, and up to date. */
  readonly device: (options?: {
    readonly isSignedIn?: boolean;
    readonly username?: string;
  }) => Promise<DeviceUnderTest>;
  /** How many things are kept of a device's app: its account and what it knows. */
  readonly remembered: (deviceId: string) => number;
  /** The process ends and comes again, with what it kept. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type DeviceUnderTest = {
  readonly name: string;
  readonly deviceId: string;
  readonly push: (pushed: Omit<Pushed, "headers" | "content">) => Promise<void>;
  /** A toast of the system's, without the app. */
  readonly draw: (title: string, more?: { readonly tag?: string; readonly id?: string }) => Promise<void>;
  /** What is on its screen, oldest first. */
  readonly shown: () => Promise<string[]>;
  /** Resolves when the app has nothing more to read. */
  readonly isUpToDate: () => Promise<void>;
  /** What is on its screen once the app has nothing more to read. */
  readonly agreed: () => Promise<string[]>;
  readonly mark: () => Promise<string | null | undefined>;
  readonly signIn: (more?: { readonly username?: string }) => Promise<void>;
};

export const startVendor = async (platformType: PlatformType = "Windows"): Promise<VendorUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-apps-"));
  const clock = steppedClock();
  const feed = await startFakeFeed(clock.now);
  const printed: string[] = [];
  let running = await start();

  async function start() {
    const state = await openPushState({
      platformType,
      folder: join(folder, "state"),
      ownSchema: z.object({}),
      kept: 100,
      print: (line) => printed.push(line),
      now: clock.now,
    });
    const apps = virtualApps({
      state,
      isTagOf: (tag, { targetHostName, appNotificationId }) => tag === `${targetHostName} ${appNotificationId}`,
      pause: clock.pause,
    });
    const server = controlServer(state, {
      apps,
      register: () => ({ address: crypto.randomUUID(), own: {} }),
      channelOf: () => ({}),
      waitingFor: () => 0,
      cameOnline: () => Promise.resolve(),
      forget: () => [],
      url: "",
    });
    const control = pushControl(await listening(server));
    const stop = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await state.store.close();
    };
    return { state, apps, control, stop };
  }
  const now = (): PushControl => running.control;

  const device: VendorUnderTest["device"] = async ({ isSignedIn = true, username } = {}) => {
    const { name, deviceId } = await now().createDevice({ name: `device ${crypto.randomUUID()}` });
    const told = async () => (await now().devices()).find((one) => one.deviceId === deviceId)!;
    const made: DeviceUnderTest = {
      name,
      deviceId,
      push: (pushed) => {
        const { state, apps } = running;
        return apps.deliver(state.devices.find(deviceId)!, { headers: {}, content: "as it came", ...pushed });
      },
      draw: (title, more = {}) => made.push({ drawn: { title, ...more } }),
      shown: async () => (await told()).screen.map(({ content }) => content),
      isUpToDate: async () => {
        await until(async () => (await told()).app?.isUpToDate, { what: `${name} is up to date`, within: 3_000 });
      },
      agreed: async () => {
        await made.isUpToDate();
        return made.shown();
      },
      mark: async () => (await told()).app?.mark,
      signIn: (more = {}) =>
        now().setAccount(name, {
          httpUrl: feed.url,
          tokenUrl: feed.tokenUrl,
          clientId: "app",
          clientSecret: "secret",
          username: "ada@contoso.com",
          password: "password",
          targetHostName: "app.contoso.com",
          unsid: `unsid of ${name}`,
          ...more,
        }),
    };
    if (isSignedIn) {
      await made.signIn(username === undefined ? {} : { username });
      await made.isUpToDate();
    }
    return made;
  };

  return {
    get control() {
      return running.control;
    },
    feed,
    clock,
    printed,
    folder: join(folder, "state"),
    device,
    remembered: (deviceId) => {
      const { memories } = running.state;
      return (memories.of(deviceId) ? 1 : 0) + memories.known(deviceId).size;
    },
    restart: async () => {
      await running.stop();
      running = await start();
    },
    stop: async () => {
      await running.stop();
      await feed.stop();
      await rm(folder, { recursive: true });
    },
  };
};

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
