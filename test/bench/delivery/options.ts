import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- delivery [flags]

  --devices 20         of each user, all of whom a notification is for, 1 to 50
  --notifications n    of each side in each round, 1 to 20000; by default as many as make 12,000 pushes
  --rounds 5           1 to 20
  --at-once 64         pushes at once, on every side, 1 to 500; our handler has as many messages in hand as make them
  --profile            no rounds of the others: our handler alone, and where its time goes
  --json               print the figures as JSON

Deliveries per CPU second of this process, over TLS to the local push service in another process, which opens every push: our handler, put together
as the app does it but for tables in memory; a loop of web-push's sendNotification as it comes, which keeps connections; and a loop close to what
is possible, web-push's encryption and an undici pool with one VAPID header for all, and nothing else. In turns, with the same content for the same
devices. A delivery counts when its device could decrypt exactly what it was to be told.
`;

export type DeliveryOptions = {
  readonly devices: number;
  readonly notifications: number;
  readonly rounds: number;
  readonly atOnce: number;
  readonly profile: boolean;
  readonly json: boolean;
  readonly help: boolean;
};

/** With a third of it, what is done once for a notification is still being compiled in the rounds that count. */
const usualPushes = 12_000;

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const deliveryOptions = (args: readonly string[]): DeliveryOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: "string", default: "20" },
      notifications: { type: "string" },
      rounds: { type: "string", default: "5" },
      "at-once": { type: "string", default: "64" },
      profile: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const devices = wholeNumber("devices", values.devices, 1, 50);
  const usual = String(Math.ceil(usualPushes / devices));
  return {
    devices,
    notifications: wholeNumber("notifications", values.notifications ?? usual, 1, 20_000),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    atOnce: wholeNumber("at-once", values["at-once"], 1, 500),
    profile: values.profile,
    json: values.json,
    help: values.help,
  };
};
