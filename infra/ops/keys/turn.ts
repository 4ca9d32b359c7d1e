import type { Command } from "commander";
import { systemClock } from "../../../shared/clock.ts";
import { printDataKeys, readDataKeys, type DataKey } from "../../../shared/data-keys.ts";
import { exitCodes, Failed } from "../failed.ts";
import { pipedInto } from "../stdin.ts";
import type { Surroundings } from "../surroundings.ts";
import { keyName } from "./new.ts";
import { newDataKey, rolesOf, withAdded, withFront, withoutKey, type Turned } from "./turned.ts";

const about = `
They take the present value of DATA_KEYS on stdin and write the new one, and nothing else, to stdout: pipe both, for it is a secret. stderr tells
ids only. What is no value of DATA_KEYS is refused with an exit code, and nothing is written. Where the value is kept they never see.
infra/README.md, "Rotate", has the pipes, and what must be true between two turns.

Examples:
  secret data-keys | npm run -s ops -- keys turn add | keep data-keys
  secret data-keys | npm run -s ops -- keys turn front k20261123_5f0c1e | keep data-keys
  secret data-keys | npm run -s ops -- keys turn drop k20251120_aa91d3 | keep data-keys
`;

/** `keys turn add|front|drop` and `keys ids`: one step of rotating DATA_KEYS, from pipe to pipe. */
export const addTurn = (keys: Command, use: Surroundings): void => {
  const group = keys
    .command("turn")
    .description("take a step of rotating DATA_KEYS: the value there is on stdin, the next one on stdout")
    .addHelpText("after", about);
  group
    .command("add")
    .description("put a fresh key behind the others, where it opens and does not seal yet")
    .option(
      "--id <id>",
      "its name, which is written beside what it seals; the day and something by chance by default",
      keyName,
    )
    .addHelpText("after", about)
    .action(({ id }: { readonly id?: string }) =>
      turn(use, (present) => withAdded(present, newDataKey(systemClock.now(), id))),
    );
  group
    .command("front")
    .description("put a key in front of the others, from where it seals; repeating it changes nothing")
    .argument("<keyId>", "its name, as stderr told it when it was added", keyName)
    .addHelpText("after", about)
    .action((id: string) => turn(use, (present) => withFront(present, id)));
  group
    .command("drop")
    .description("take a key out that nothing needs any more; never the first")
    .argument("<keyId>", "its name, as keys data tells it", keyName)
    .addHelpText("after", about)
    .action((id: string) => turn(use, (present) => withoutKey(present, id)));
  keys
    .command("ids")
    .description("tell the names of the keys in a value of DATA_KEYS on stdin, in their order, and no key")
    .option("--json", "one JSON document")
    .addHelpText("after", "\nExample:\n  secret data-keys | npm run -s ops -- keys ids\n")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const present = await keysOn(use);
      if (json) use.output.json({ value: present.map(({ id }) => id) });
      else use.output.text(rolesOf(present).replaceAll(", ", "\n"));
    });
};

const turn = async (use: Surroundings, turnedOf: (keys: readonly [DataKey, ...DataKey[]]) => Turned): Promise<void> => {
  const turned = turnedOf(await keysOn(use));
  if (turned.kind === "refused") {
    const exitCode = turned.isUnknown ? exitCodes.nothingMatched : exitCodes.failed;
    throw new Failed(`${turned.sentence} Nothing was written.`, exitCode);
  }
  use.output.text(printDataKeys(turned.keys));
  for (const sentence of [...turned.told, `In its order: ${rolesOf(turned.keys)}.`]) use.output.note(sentence);
};

const keysOn = async (use: Surroundings): Promise<readonly [DataKey, ...DataKey[]]> => {
  const given = await pipedInto(use, "the present value of DATA_KEYS");
  if (given.trim() === "")
    throw new Failed("Nothing came in on stdin, where the present value of DATA_KEYS is wanted.");
  const read = readDataKeys(given);
  if (read.kind === "read") return read.keys;
  throw new Failed(`What came in on stdin is no value of DATA_KEYS: ${read.fault}. Nothing was written.`);
};
