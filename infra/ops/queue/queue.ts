import { setTimeout as passed } from "node:timers/promises";
import type { Command } from "commander";
import { systemClock } from "../../../shared/clock.ts";
import { connected, type Connection } from "../connect.ts";
import { wholeNumber } from "../option-values.ts";
import { sentenceOf } from "../sentence.ts";
import type { Surroundings } from "../surroundings.ts";
import { differencesOf } from "./declared.ts";
import { busLooks } from "./look.bus.ts";
import { asRecord, asText, changePerMinute, watchHeads, watchRow, type Looked } from "./told.ts";

const about = `
Waiting messages are to be delivered now, and those in hand are among them; scheduled ones are tried again later, or are a fallback's alert.
The oldest is of those that wait: how long ago it could first be received. It is found among the first 250 messages, and nothing is taken.
Whoever may not manage the queue (Azure Service Bus Data Owner, or a key with Manage) is told what these show, and not the rest.

Examples:
  npm run ops -- queue
  npm run ops -- queue --watch 10
  npm run -s ops -- queue --json | jq .oldest.ageSeconds
`;

type Options = { readonly watch?: number | true; readonly json?: true };

const watchSeconds = 5;

/** `queue`: what waits, how long, and whether the queue is as it was declared. */
export const addQueue = (program: Command, use: Surroundings): void => {
  program
    .command("queue")
    .description("tell how many notifications wait to be delivered, and for how long")
    .option("--watch [seconds]", `look again every so many seconds (${watchSeconds}), until Ctrl-C`, wholeNumber)
    .option("--json", "one JSON document; with --watch a line for each look")
    .addHelpText("after", about)
    .action((options: Options) =>
      connected(use, (connection) =>
        options.watch ? watch(use, connection, options) : once(use, connection, options),
      ),
    );
};

const once = async (use: Surroundings, connection: Connection, { json }: Options): Promise<void> => {
  const looked = await looking(use, connection)();
  const differences = await differencesOf(connection.administration(), { ...use, ...connection });
  if (json) use.output.json(asRecord(looked, differences, undefined));
  else use.output.text(asText(looked, differences, connection.place));
};

/** Until Ctrl-C ends a wait. A look that fails is told, and the next one comes; if the first fails, there is nothing to watch. */
const watch = async (use: Surroundings, connection: Connection, { watch: every, json }: Options): Promise<void> => {
  const { output, stop } = use;
  const seconds = every === undefined || every === true ? watchSeconds : every;
  const look = looking(use, connection);
  let before: Looked | undefined;
  const tell = (looked: Looked): void => {
    const change = changePerMinute(before, looked);
    if (json) output.json(asRecord(looked, undefined, change));
    else output.text(watchRow(looked, change));
    before = looked;
  };
  const first = await look();
  if (!json) output.text(watchHeads.join("  "));
  tell(first);
  while (await passed(seconds * 1_000, true, { signal: stop }).catch(() => false)) {
    try {
      tell(await look());
    } catch (error) {
      if (!stop.aborted) output.note(sentenceOf(error));
    }
  }
};

const looking = ({ stop }: Surroundings, { bus, administration }: Connection): (() => Promise<Looked>) => {
  const look = busLooks({ bus: bus(), administration: administration() });
  return async () => {
    const at = systemClock.now();
    return { at, look: await look({ stop, now: at }) };
  };
};
