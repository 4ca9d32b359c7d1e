import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";
import { standardScenario as standard, type Scenario } from "./scenario.ts";

export const help = `npm run bench -- capacity [flags]

  --users ${standard.users}     that have devices, 1 to 1000000000
  --devices ${standard.devices}         of each user, 1 to 50
  --per-second ${standard.perSecond}    notifications that come all day, 0 to 100000
  --burst ${standard.burst}      notifications that come at once, within a minute, 0 to 100000000
  --sku standard      or premium: Service Bus
  --units 1           of Premium: 1, 2, 4, 8 or 16
  --instances-most ${standard.instancesMost} of the app, 1 to 1000
  --seed 1            of the simulation's chance
  --json              print everything as JSON

The plan past this machine, in a few seconds of arithmetic: which resource of Azure binds, when to shard, what a million costs, how long ten
million take; by closed formulas, and by a simulation in steps of a quarter of a second, which shows what comes before the steady state.
Nothing is measured and nobody is asked: each input is listed with where it comes from.
`;

export type CapacityOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const capacityOptions = (args: readonly string[]): CapacityOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: String(standard.users) },
      devices: { type: "string", default: String(standard.devices) },
      "per-second": { type: "string", default: String(standard.perSecond) },
      burst: { type: "string", default: String(standard.burst) },
      sku: { type: "string", default: standard.sku },
      units: { type: "string", default: String(standard.units) },
      "instances-most": { type: "string", default: String(standard.instancesMost) },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    scenario: {
      users: wholeNumber("users", values.users, 1, 1_000_000_000),
      devices: wholeNumber("devices", values.devices, 1, 50),
      perSecond: wholeNumber("per-second", values["per-second"], 0, 100_000),
      burst: wholeNumber("burst", values.burst, 0, 100_000_000),
      sku: skuOf(values.sku),
      units: unitsOf(values.units),
      instancesMost: wholeNumber("instances-most", values["instances-most"], 1, 1_000),
    },
    seed: wholeNumber("seed", values.seed, 0, 2 ** 31),
    json: values.json,
    help: values.help,
  };
};

const skuOf = (text: string): Scenario["sku"] => {
  if (text === "standard" || text === "premium") return text;
  throw new Error("--sku must be standard or premium.");
};

const unitsOf = (text: string): number => {
  const units = Number(text);
  if ([1, 2, 4, 8, 16].includes(units)) return units;
  throw new Error("--units must be 1, 2, 4, 8 or 16.");
};
