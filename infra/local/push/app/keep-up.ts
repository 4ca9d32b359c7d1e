import { setTimeout as pauseFor } from "node:timers/promises";
import type { OneAtATime } from "../../../../shared/one-at-a-time.ts";
import type { Device } from "../devices.ts";
import type { PushState } from "../state.ts";
import type { Change } from "../store.ts";
import type { FeedClient, PageRead } from "./feed-client.ts";
import { knownOf } from "./known.ts";
import type { Memory } from "./memory.ts";
import type { KeepScreen } from "./screen-keeper.ts";
import type { NameToasts } from "./toast-namer.ts";
import { firstSignal } from "../../../../shared/first-signal.ts";

/** Waits so many milliseconds, or until the signal is aborted; never rejects. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Has the apps read their feeds until each is up to date, one page after the other. */
export type KeepUp = {
  /** There may be something to read on this device: what waits for its next try tries now, but for what the service told to wait. */
  readonly look: (deviceId: string) => void;
  /** As when somebody opens the app: resolves when it has read its feed to the end, or cannot just now, and goes on behind. */
  readonly opened: (deviceId: string) => Promise<void>;
  /** Whether the app has read everything it was given reason to read. */
  readonly isUpToDate: (deviceId: string) => boolean;
};

type Use<Own> = {
  readonly state: PushState<Own>;
  readonly feed: FeedClient;
  /** Keeps apart, for each device, what reads and what changes its feed. */
  readonly inTurn: OneAtATime;
  readonly keepScreen: KeepScreen;
  readonly nameToasts: NameToasts;
  readonly pause?: Pause;
};

type Setback = Exclude<PageRead, { readonly kind: "page" }>;

const firstRetryMs = 500;
const retryCapMs = 15_000;

/** Keeps the apps of one push service up. A device that is offline, removed or not signed in reads nothing; nothing runs on once the store closes. */
export const keepUp = <Own>({ state, feed, inTurn, keepScreen, nameToasts, pause = realPause }: Use<Own>): KeepUp => {
  const { devices, memories, screens, store, say, now, platformType } = state;
  const running = new Map<string, AbortController>();

  const isUpToDate = (deviceId: string): boolean => {
    const memory = memories.of(deviceId);
    return memory === undefined || memory.covered >= memory.reasons;
  };
  /** The device, if its app has something to read and can. */
  const behind = (deviceId: string): { device: Device<Own>; memory: Memory } | undefined => {
    const [device, memory] = [devices.find(deviceId), memories.of(deviceId)];
    if (!device?.online || !memory || isUpToDate(deviceId) || store.closing.aborted) return undefined;
    return { device, memory };
  };

  /** Reads one page and applies it. Undefined when that went well. */
  const turn = async (deviceId: string): Promise<Setback | undefined> => {
    const found = behind(deviceId);
    if (!found) return undefined;
    const { device, memory } = found;
    const pass = memory.pass ?? { reasons: memory.reasons, lastToast: screens.lastNumber() };
    const page = await feed.read(memory.account, memory.link);
    const current = memories.of(deviceId);
    // Meanwhile the app may have gone, or somebody else have signed in: the answer is nobody's.
    if (store.closing.aborted || current?.account !== memory.account) return undefined;
    if (page.kind === "start-over") {
      const { link: _link, pass: _pass, ...anew } = current;
      await store.commit([...memories.unlearn(deviceId), ...memories.put(deviceId, anew)]);
      return page;
    }
    if (page.kind !== "page") return page;
    await store.commit(apply(device, current, pass, page));
    return undefined;
  };

  /** One commit for each page: whoever dies in between reads the next page, or this one again, which changes nothing. */
  const apply = (
    device: Device<Own>,
    memory: Memory,
    pass: NonNullable<Memory["pass"]>,
    { changes, link, mark }: Extract<PageRead, { kind: "page" }>,
  ): Change[] => {
    const { deviceId } = device;
    const at = now();
    const learnt = changes.flatMap((change) =>
      "@removed" in change ? [] : memories.learn(deviceId, knownOf(change, platformType, at)),
    );
    // After what was learnt and before what is forgotten: both may be what is on the screen.
    const named = nameToasts(deviceId);
    const removed = changes.flatMap((change) => ("@removed" in change ? [change.id] : []));
    const forgotten = memories.unlearn(deviceId, removed);
    // What shows already is put right where it stands, before what is new.
    const told = changes.map(({ id }) => id);
    const isLast = mark !== undefined;
    const shown = isLast ? screens.of(deviceId).flatMap(({ id }) => id ?? []) : [];
    const over = isLast ? [...memories.known(deviceId).values()].filter(({ expiresAt }) => expiresAt <= at) : [];
    const { pass: _pass, ...rest } = memory;
    return [
      ...learnt,
      ...named,
      ...forgotten,
      ...keepScreen(device, [...shown, ...told], pass.lastToast),
      ...memories.unlearn(
        deviceId,
        over.map(({ id }) => id),
      ),
      ...memories.put(deviceId, isLast ? { ...rest, link, mark, covered: pass.reasons } : { ...rest, link, pass }),
    ];
  };

  const read = async (deviceId: string): Promise<void> => {
    let failures = 0;
    while (behind(deviceId)) {
      const again = new AbortController();
      running.set(deviceId, again);
      const setback = await inTurn(deviceId, () => turn(deviceId));
      failures = setback?.kind === "failed" ? failures + 1 : 0;
      if (setback?.kind === "throttled") await pause(setback.waitMs, store.closing);
      if (setback?.kind !== "failed") continue;
      const { name } = devices.find(deviceId) ?? { name: deviceId };
      if (failures === 1) say(name, `!! cannot read its feed, and goes on trying: ${setback.reason}`);
      await pause(Math.min(retryCapMs, firstRetryMs * 2 ** (failures - 1)), firstSignal([store.closing, again.signal]));
    }
  };
  const run = async (deviceId: string): Promise<void> => {
    try {
      await read(deviceId);
    } finally {
      // At once after it found nothing to read: a reason that came in between would wait for the next one.
      running.delete(deviceId);
    }
  };

  const look = (deviceId: string): void => {
    const again = running.get(deviceId);
    if (again) again.abort();
    // It rejects for faults of ours only: they end the process, which says so and is started anew.
    else void run(deviceId);
  };
  const opened = async (deviceId: string): Promise<void> => {
    const memory = memories.of(deviceId);
    if (!memory) return;
    await store.commit(memories.put(deviceId, { ...memory, reasons: memory.reasons + 1 }));
    while (behind(deviceId)) {
      const setback = await inTurn(deviceId, () => turn(deviceId));
      if (!setback || setback.kind === "start-over") continue;
      look(deviceId);
      return;
    }
  };

  return { isUpToDate, look, opened };
};

const realPause: Pause = (milliseconds, signal) => pauseFor(milliseconds, undefined, { signal }).catch(() => undefined);
