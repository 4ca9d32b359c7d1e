import { platformTypes } from "../../shared/notification/notification.ts";
import { appServer } from "./app-server.ts";
import { clusterFrom, type Cluster } from "./cluster.ts";
import { hasConverged, installApp, readerFrom, type Background, type Reader } from "./apps.ts";
import type { Device } from "./device.ts";
import { devicesFrom } from "./devices.ts";
import { historyFrom } from "./history.ts";
import { alertsComeWhereDue, nobodyIsAlertedTwice } from "./alerts.ts";
import { nobodyIsRungTwice, nothingIsLost, queuesAreEmpty } from "./invariants.ts";
import { peopleFrom } from "./people.ts";
import { promisesFrom } from "./promises.ts";
import { copyOf } from "./queue.ts";
import { randomFrom } from "./random.ts";
import { newestStands, oneToastEach } from "./screens.ts";
import { limitIsKept, retryAfterIsTrue } from "./throttle.ts";
import { seedCrypto } from "./seeded-crypto.ts";
import { worldFrom, type World } from "./world.ts";

export type SimulationResult = {
  readonly seed: number;
  /** What must never happen and did, each in a sentence. */
  readonly violations: readonly string[];
  /** What happened, in order; empty unless it was asked for. */
  readonly trace: readonly string[];
  readonly steps: number;
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>;
};

const stepsMost = 60_000;
/** iPhones twice, for there is more to do for them. */
const platforms = ["iOS", ...platformTypes] as const;

/** Draws a world from the seed, lets it go through a storm and come to rest, and looks whether everything is as it must be. */
export const simulate = async (
  seed: number,
  { trace = false }: { readonly trace?: boolean } = {},
): Promise<SimulationResult> => {
  const random = randomFrom(seed);
  const giveBack = seedCrypto(randomFrom(seed + 1));
  try {
    const world = worldFrom(random, trace);
    const steps = await goThrough(world);
    const {
      violations,
      counts,
      trace: { lines },
    } = world;
    return { seed, violations, trace: lines, steps, counts };
  } finally {
    giveBack();
  }
};

const goThrough = async (world: World): Promise<number> => {
  const { random, scheduler, weather, queue } = world;
  const history = historyFrom(world);
  const devices = devicesFrom(world, history);
  const promises = promisesFrom(world, history);
  const cluster = clusterFrom(world, devices);
  const heard = retryAfterIsTrue(world, history);
  const server = appServer({ world, cluster, promises, heard });
  const people = peopleFrom({ world, cluster, devices, history, promises, heard });

  let underway = 0;
  const does: Background = (atMs, what) => {
    underway += 1;
    scheduler.after(atMs, () => {
      void what().then(
        () => (underway -= 1),
        (error: unknown) => world.violate(`Somebody in the world fails: ${String(error)}`),
      );
    });
  };
  // Much happens at a few moments, and there it meets.
  const moments = Array.from({ length: weather.isRush ? 1 : random.whole(1, 3) }, () =>
    random.whole(0, weather.stormMs),
  );
  const closeMs = weather.isRush
    ? weather.latencyMs * 3
    : random.pick([0, weather.latencyMs * 3, weather.latencyMs * 30]);
  const sometime = (): number =>
    !weather.isRush && random.chance(0.3)
      ? random.whole(0, weather.stormMs)
      : (random.pickOf(moments) ?? 0) + random.whole(0, closeMs);

  cluster.start(0, 1);
  cluster.start(1, 1);
  const users = random.chance(0.3) ? ["ada", "bob"] : ["ada"];
  const readers: { readonly device: Device; readonly reader: Reader }[] = [];
  for (const user of users) {
    for (let left = random.whole(1, 4); left > 0; left -= 1) {
      const device = devices.add(user, random.pick(platforms));
      devices.giveChannel(device);
      if (device.platform !== "WebPush") installApp({ world, cluster }, device, does);
      does(random.chance(0.8) ? 0 : sometime(), () => people.subscribe(device));
      for (let acts = random.whole(0, 4); acts > 0; acts -= 1) does(sometime(), () => people.live(device));
      if (random.chance(0.12)) {
        const twin = devices.add(user, device.platform, device);
        does(random.chance(0.8) ? 0 : sometime(), () => people.subscribe(twin));
        if (random.chance(0.4)) does(sometime(), () => people.live(twin));
      }
      if (readers.some((one) => one.device.user === user)) continue;
      const reader = readerFrom({ world, cluster }, `reader of ${user}`, user, () => undefined);
      readers.push({ device, reader });
      for (let passes = random.whole(0, 3); passes > 0; passes -= 1) does(sometime(), reader.catchUp);
    }
  }
  for (let posts = random.whole(2, 7); posts > 0; posts -= 1) {
    does(sometime(), async () => {
      const device = random.pickOf(devices.all);
      const alertAt = device && (await server.post(device));
      if (alertAt === undefined || random.chance(0.5)) return;
      // Somebody does something just when the alert comes.
      const isPosted = random.chance(0.4);
      does(
        alertAt - scheduler.now() + random.whole(-4, 4) * random.pick([weather.latencyMs, weather.latencyMs, 2_000]),
        async () => {
          const another = random.pickOf(devices.all.filter(({ user }) => user === device?.user));
          if (another) await (isPosted ? server.post(another) : people.react(another));
        },
      );
    });
  }
  for (let kills = weather.kills; kills > 0; kills -= 1) scheduler.after(sometime(), cluster.kill);
  for (let purges = random.whole(0, 2); purges > 0; purges -= 1) scheduler.after(sometime(), cluster.purge);

  if (random.chance(0.3)) scheduler.after(sometime(), () => replayAll(world, cluster));

  let calmAt = Infinity;
  scheduler.after(weather.stormMs + closeMs, () => {
    calmAt = scheduler.now();
    world.calmDown();
    replayUntilEmpty(world, cluster);
  });

  const isAtRest = (): boolean => {
    if (world.isStormy() || underway > 0) return false;
    const { active, scheduled, deadLettered } = queue.counts();
    return active + scheduled + deadLettered === 0;
  };
  const stormSteps = await scheduler.run({ isAtRest, stepsMost });
  if (!isAtRest()) world.violate(`The world does not come to rest in ${stormSteps} steps.`);
  for (const { reader } of readers) does(0, reader.catchUp);
  const steps = stormSteps + (await scheduler.run({ isAtRest, stepsMost }));

  const found = { world, devices, history, promises, calmAt: Math.max(calmAt, world.lastFaultAt()) };
  nothingIsLost(found);
  alertsComeWhereDue(found);
  nobodyIsAlertedTwice(found);
  oneToastEach(found);
  newestStands(found);
  limitIsKept(found);
  nobodyIsRungTwice(found);
  queuesAreEmpty(found);
  for (const { device, reader } of readers) {
    const wrong = hasConverged(world, history, device, reader.view);
    if (wrong !== undefined) world.violate(`The delta of ${device.user} does not converge: ${wrong}`);
  }
  return steps;
};

/** The operator looks every five minutes. */
const replayUntilEmpty = (world: World, cluster: Cluster): void => {
  replayAll(world, cluster);
  world.scheduler.after(5 * 60_000, () => replayUntilEmpty(world, cluster));
};

/** The operator's replay of all dead letters, as `npm run ops -- dead-letters replay` makes it. */
const replayAll = (world: World, cluster: Cluster): void => {
  const { queue, scheduler } = world;
  for (let dead = queue.receiveDeadLetter(); dead; dead = queue.receiveDeadLetter()) {
    world.count("dead letters replayed");
    const copy = copyOf(dead, scheduler.now());
    queue.send(copy);
    // Cut off here, the operator does it once more.
    if (world.random.chance(0.3)) queue.send(copy);
    queue.complete(dead.token);
    cluster.lookForMessages();
  }
};
