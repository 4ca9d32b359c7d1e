import { interrupted } from "./interrupted.ts";

const help = `Measures Fanfare on this machine: npm run bench -- <what> [flags]

  backlog      the functions host's memory while it works off 50,000 waiting notifications
  capacity     the plan past this machine: bounds, shards, costs and ten million on Azure, reckoned and simulated
  channels     each channel's sends per second and CPU, beside web-push, @parse/node-apn and plain loops
  cold-start   from node to all functions registered, beside a bare node; size of the deployable zip
  contract     what a POST costs beside its own table and bus calls made directly
  cores        our handler in several processes side by side, beside one: what more processors are good for
  delivery     what one delivery costs our handler, beside a plain web-push loop and one close to what is possible
  growth       what a notification costs in large feeds, with many users and on many devices, beside few
  latency      how soon a POST is answered and devices have it, at half and at 70 % of the sustained load
  origins      what one hanging push service costs the deliveries to the others
  peers        the same job beside Express + BullMQ + Redis + web-push, and beside node-pushnotifications
  pipeline     the whole local stack, accepted and delivered per second, beside a plain web-push loop

Each explains its flags with --help. The exit code is 1 when something was lost, and for some when a goal is missed: test/bench/README.md.
`;

/** Each bench is loaded when it is asked for: what one needs must not slow the start that the other measures. */
const benches: Readonly<Record<string, (args: readonly string[], stop: AbortSignal) => Promise<number>>> = {
  backlog: async (args, stop) => (await import("./backlog/backlog.ts")).backlog(args, stop),
  capacity: async (args) => (await import("./capacity/capacity.ts")).capacity(args),
  channels: async (args, stop) => (await import("./channels/channels.ts")).channels(args, stop),
  "cold-start": async (args, stop) => (await import("./cold-start/cold-start.ts")).coldStart(args, stop),
  contract: async (args, stop) => (await import("./contract/contract.ts")).contract(args, stop),
  cores: async (args, stop) => (await import("./cores/cores.ts")).cores(args, stop),
  delivery: async (args, stop) => (await import("./delivery/delivery.ts")).delivery(args, stop),
  growth: async (args, stop) => (await import("./growth/growth.ts")).growth(args, stop),
  latency: async (args, stop) => (await import("./latency/latency.ts")).latency(args, stop),
  origins: async (args, stop) => (await import("./origins/origins.ts")).origins(args, stop),
  peers: async (args, stop) => (await import("./peers/peers.ts")).peers(args, stop),
  pipeline: async (args, stop) => (await import("./pipeline/pipeline.ts")).pipeline(args, stop),
  /** Not for people: a process that delivers for `cores`, and the one that `cold-start` times. */
  "cores-child": async (_args, stop) => (await import("./cores/child.ts")).deliverForParent(stop),
  "cold-start-child": async () => (await import("./cold-start/child.ts")).registerFunctions(),
};

const [what = "", ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, what) ? benches[what] : undefined;
if (!bench) {
  const asked = what === "" || what === "--help" || what === "-h";
  console.log(asked ? help : `There is no bench ${what}.\n\n${help}`);
  process.exit(what === "--help" || what === "-h" ? 0 : 64);
}
const stop = interrupted();
process.exitCode = await bench(args, stop).catch((error: unknown) => {
  if (stop.aborted) return 130;
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
// Pools and signal handlers need not be waited for; a piped report must be.
process.stdout.write("", () => process.exit());
