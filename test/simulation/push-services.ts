import type { Attempt, ChannelSender } from "../../shared/channels/channel.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import type { Channel } from "../../shared/subscription/subscription.ts";
import { addressOf, originOf } from "./channels.ts";
import { composeOf } from "./compose.ts";
import { outageOf, type Caller } from "./calls.ts";
import type { Devices } from "./devices.ts";
import type { PushFault } from "./weather.ts";
import type { World } from "./world.ts";

/** What one push takes at most, as its sender promises; then it counts as unanswered. */
const limitMs = 8_000;

/** The senders of one instance, and behind them the vendors' services, with the weather in between. */
export const pushServices = (
  world: World,
  caller: Caller,
  devices: Devices,
): Readonly<Record<Channel["kind"], ChannelSender>> => {
  const { random, scheduler, weather, trace } = world;
  const way = (): number => Math.floor(random.next() ** (weather.isRush ? 1 : 2) * weather.latencyMs * 3);
  const faultOf = ({ kind }: Attempt): PushFault | undefined =>
    outageOf(world, "push")?.as ??
    (kind === "fallback" ? world.faultOfAlert(weather.pushes) : undefined) ??
    world.faultOf(weather.pushes);

  const send = (attempt: Attempt): Promise<Outcome> =>
    new Promise((resolve) => {
      const { kind, notification, subscription } = attempt;
      const { channel } = subscription;
      if (!channel) {
        resolve({ kind: "gone" });
        return;
      }
      const fault = faultOf(attempt);
      world.count("pushes");
      if (fault) world.count(`push: ${fault}`);
      const told = `${kind} of ${notification.id} v${notification.version} (content v${notification.contentVersion})`;
      const say = (what: string): void =>
        trace.line(caller.name, `push ${told} to ${subscription.deviceId}${fault ? ` [${fault}]` : ""}: ${what}`);
      const answer = (outcome: Outcome, backMs: number): void => {
        scheduler.after(backMs, () => {
          if (!caller.isAlive()) return;
          say(`answered ${outcome.kind}`);
          resolve(outcome);
        });
      };
      const composed = composeOf(attempt, scheduler.now());
      if (!composed) {
        world.violate(`${subscription.deviceId} was to be told what its platform does not know: ${told}`);
        resolve({ kind: "rejected", reason: "not for this platform" });
        return;
      }
      world.count(`sent to ${channel.kind}: ${composed.form}`);
      const silent = { kind: "busy", origin: "silent", reason: "no answer" } as const;
      const land = (): Outcome => {
        const outcome = devices.land(addressOf(channel), attempt, composed);
        say(outcome.kind === "gone" ? "the channel is dead" : "lands");
        return outcome;
      };
      const arrive = (): void => {
        if (!caller.isAlive() && random.chance(0.5)) return;
        switch (fault) {
          case "answer lost":
            land();
            answer(silent, random.chance(0.5) ? way() : limitMs);
            return;
          case "lands late":
            scheduler.after(random.whole(0, limitMs - 1), land);
            answer(silent, limitMs);
            return;
          case "hangs":
            answer(silent, limitMs);
            return;
          case "429": {
            const retryAfterSeconds = random.pick([undefined, 1, 30, 300]);
            const asked = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
            answer({ kind: "busy", origin: "throttled", reason: "429", ...asked }, way());
            return;
          }
          case "503":
            answer({ kind: "busy", origin: "failing", reason: "503" }, way());
            return;
          case "refused credential":
            answer({ kind: "misconfigured", reason: "401" }, way());
            return;
          case "crash before the effect":
            caller.crash();
            return;
          case "crash after the effect":
            land();
            caller.crash();
            return;
          case undefined:
            answer(land(), way());
            return;
        }
      };
      scheduler.after(Math.min(way(), limitMs / 2), arrive);
    });

  const sender = (kind: Channel["kind"]): ChannelSender => ({
    routeOf: ({ subscription }) => ({ origin: originOf(subscription), credential: kind }),
    compose: (attempt) => composeOf(attempt, scheduler.now()),
    send,
    close: () => Promise.resolve(),
  });
  return { webpush: sender("webpush"), wns: sender("wns"), fcm: sender("fcm"), apns: sender("apns") };
};
