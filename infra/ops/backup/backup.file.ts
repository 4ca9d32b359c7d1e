import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, link, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline, Readable } from "node:stream";
import { pipeline as piped } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { exitCodes, Failed } from "../failed.ts";
import { mustBeFile } from "../must-be-file.file.ts";

/** No line of a backup is longer: two rows have a mebibyte each at most, of which JSON may escape every character; ours have a thousandth. */
const lineCharsMax = 8 * 1024 * 1024;

/**
 * The file that `out` names: itself, or in a folder one named by the time. Throws `Failed` when it is there and may not be overwritten; a pipe or a
 * device never may, for the file would take its place.
 */
export const fileFor = async (out: string, now: number, mayOverwrite: boolean): Promise<string> => {
  if (out === "") throw new Failed("--out names no file.", exitCodes.usage);
  const found = await stat(out).catch(() => undefined);
  if (!found?.isDirectory()) await mustBeFile(out);
  const time = new Date(now).toISOString().replaceAll(/[:-]|\.\d+/g, "");
  const path = found?.isDirectory() ? join(out, `fanfare-${time}.jsonl.gz`) : out;
  if (!mayOverwrite && (await isThere(path))) throw thereAlready(path);
  return path;
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const thereAlready = (path: string): Failed =>
  new Failed(`${path} is there already: name another, or give --force.`, exitCodes.usage);

/**
 * Writes lines into a file that its owner alone may read, compressed if its name ends in .gz. It gets its name once it is whole and on the disk; until
 * then it is a file beside it whose name begins with a dot, which goes when this fails. Throws what the lines throw, and `Failed`.
 */
export const writeLines = async (
  path: string,
  lines: AsyncIterable<string>,
  { mayOverwrite, stop }: { readonly mayOverwrite: boolean; readonly stop: AbortSignal },
): Promise<void> => {
  const part = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  const into = createWriteStream(part, { flags: "wx", mode: 0o600, flush: true });
  const through = path.endsWith(".gz") ? [createGzip()] : [];
  try {
    await piped([Readable.from(lines), ...through, into], { signal: stop });
    await (mayOverwrite ? rename(part, path) : named(part, path));
  } catch (cause) {
    if (cause instanceof Error && "syscall" in cause)
      throw new Failed(`${path} cannot be written.`, exitCodes.usage, { cause });
    throw cause;
  } finally {
    await rm(part, { force: true });
  }
};

/** A link is never put over another file, as a rename is; not every disk has links. */
const named = async (part: string, path: string): Promise<void> => {
  try {
    await link(part, path);
  } catch {
    if (await isThere(path)) throw thereAlready(path);
    await rename(part, path);
  }
};

/**
 * The lines of a file, without their line feeds; whether it is compressed its first bytes say. Throws `Failed` where it cannot be read on, and for
 * a pipe: it is read more than once, and whoever opens one that nobody writes to waits for ever.
 */
export async function* linesIn(path: string): AsyncGenerator<string> {
  let line = 0;
  let rest = "";
  try {
    await mustBeFile(path);
    const isZipped = await isCompressed(path);
    const bytes = createReadStream(path);
    const plain = isZipped ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
    for await (const chunk of plain.setEncoding("utf8")) {
      const [first = "", ...others] = String(chunk).split("\n");
      rest += first;
      for (const next of others) {
        line += 1;
        yield rest;
        rest = next;
      }
      if (rest.length > lineCharsMax) throw new TypeError("The line has no end.");
    }
  } catch (cause) {
    if (cause instanceof Failed) throw cause;
    throw new Failed(`${path} cannot be read${line === 0 ? "" : ` after line ${line}`}.`, exitCodes.usage, { cause });
  }
  if (rest !== "") yield rest;
}

const isCompressed = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
};
