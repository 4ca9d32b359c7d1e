import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- channels [flags]

  --sends 1000       pushes of each side in each round, 1 to 20000
  --at-once 64       at once, where a side can, 1 to 500
  --devices 50       of each vendor, 1 to 500
  --rounds 5         1 to 20
  --json             print the figures as JSON

Sends the same content through each channel's real sender, from this process, to its local vendor in another process, which checks and notes every
push; and beside it, in turns, through what one would use without Fanfare: web-push and @parse/node-apn as they come, for FCM and WNS one request
after another with a token that is kept, as many servers do it. A push counts when the vendor noted that its device has it.
`;

export type ChannelsOptions = {
  readonly sends: number;
  readonly atOnce: number;
  readonly devices: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const channelsOptions = (args: readonly string[]): ChannelsOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sends: { type: "string", default: "1000" },
      "at-once": { type: "string", default: "64" },
      devices: { type: "string", default: "50" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    sends: wholeNumber("sends", values.sends, 1, 20_000),
    atOnce: wholeNumber("at-once", values["at-once"], 1, 500),
    devices: wholeNumber("devices", values.devices, 1, 500),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    json: values.json,
    help: values.help,
  };
};
