import { assumed, quoted, type Input } from "./input.ts";
import { busInputs } from "./bus.ts";
import { instanceInputs } from "./instances.ts";
import { pushInputs } from "./push.ts";
import { tableInputs } from "./tables.ts";

/** How the plan itself reckons. */
const planInputs = {
  headroom: quoted(
    0.7,
    "of a bound: shard there",
    "https://learn.microsoft.com/azure/service-bus-messaging/automate-update-messaging-units (Premium's CPU; of the others assumed)",
  ),
  burstSeconds: assumed(60, "s over which callers bring a burst", "their own wish"),
  comeAgainSeconds: assumed(
    10,
    "s until a refused caller comes again, at most twice that",
    "and all together no faster than twice the steady rate, or the burst's on top",
  ),
  monitorSeconds: assumed(10, "s between the scale controller's looks", "the platform does not say"),
} as const;

/** Everything the plan rests on: value, unit, and where it comes from. Prices are in `test/rules/cost/prices.ts`, and nowhere else. */
export const inputs = {
  ...busInputs,
  ...instanceInputs,
  ...tableInputs,
  ...pushInputs,
  ...planInputs,
} satisfies Readonly<Record<string, Input>>;

/** The bare numbers, by which formulas and simulation reckon. */
export type Values = { readonly [name in keyof typeof inputs]: number };

export const values = Object.fromEntries(Object.entries(inputs).map(([name, { value }]) => [name, value])) as Values;
