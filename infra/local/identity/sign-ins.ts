import { readFile } from "node:fs/promises";
import type { Adapter, AdapterPayload } from "oidc-provider";
import * as z from "zod";
import { errorCode } from "../cannot-start.ts";
import { writeJson } from "../write-json.ts";

/** What the library calls a model: a kind of thing it keeps. */
type Model = string;
type Kept = { readonly payload: AdapterPayload; readonly expiresAt: number };
type Shelf = Map<string, Kept>;

/** Who has signed in, and what the library keeps for that. */
export type SignIns = {
  /** The library's port to the things of one kind. A write is on disk when it resolves, for kinds that outlive a restart. */
  readonly adapterFor: (model: Model) => Adapter;
};

/** These outlive a restart; a sign-in that is under way (a minute) begins again. Tokens are signed and need not be kept. */
const lasting = new Set<Model>(["Session", "Grant", "RefreshToken"]);

/** Of each kind; the oldest goes. Whoever opens the sign-in page makes an interaction, signed in or not. */
const keptMax = 1_000;

/** What the library gives no end to. */
const longestSeconds = 30 * 24 * 3_600;

const keptSchema = z.object({
  payload: z.record(z.string(), z.unknown()).transform((payload) => payload as AdapterPayload),
  expiresAt: z.number(),
});
const fileSchema = z.record(z.string(), z.record(z.string(), keptSchema));

/**
 * Opens what a file keeps (mode 0600), or keeps nothing without a path. A damaged file signs everybody out, which is said and no reason not
 * to start.
 */
export const openSignIns = async (path: string | undefined, now: () => number = Date.now): Promise<SignIns> => {
  const shelves = path === undefined ? new Map<Model, Shelf>() : await read(path);
  const shelfOf = (model: Model): Shelf => {
    const shelf = shelves.get(model) ?? new Map<string, Kept>();
    shelves.set(model, shelf);
    return shelf;
  };
  const isLive = (kept: Kept | undefined): kept is Kept => kept !== undefined && kept.expiresAt > now();

  let written = Promise.resolve();
  let next: Promise<void> | undefined;
  /** One write at a time; changes that come meanwhile share the next. */
  const saved = (model: Model): Promise<void> => {
    if (path === undefined || !lasting.has(model)) return Promise.resolve();
    next ??= written
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        written = writeJson(path, contentOf(shelves, isLive));
        return written;
      });
    return next;
  };

  const adapterFor = (model: Model): Adapter => {
    const shelf = shelfOf(model);
    const change = (work: () => unknown): Promise<void> => {
      work();
      return saved(model);
    };
    const find = (isWanted: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
      Promise.resolve([...shelf.values()].find((kept) => isLive(kept) && isWanted(kept.payload))?.payload);
    return {
      upsert: (id, payload, expiresIn) =>
        change(() => {
          shelf.delete(id); // to be the latest
          shelf.set(id, { payload, expiresAt: now() + (expiresIn ?? longestSeconds) * 1_000 });
          for (const [key, kept] of shelf) if (!isLive(kept) || shelf.size > keptMax) shelf.delete(key);
        }),
      find: (id) => {
        const kept = shelf.get(id);
        return Promise.resolve(isLive(kept) ? kept.payload : undefined);
      },
      findByUid: (uid) => find((payload) => payload.uid === uid),
      findByUserCode: (userCode) => find((payload) => payload.userCode === userCode),
      consume: (id) =>
        change(() => {
          const kept = shelf.get(id);
          if (kept) shelf.set(id, { ...kept, payload: { ...kept.payload, consumed: Math.floor(now() / 1_000) } });
        }),
      destroy: (id) => change(() => shelf.delete(id)),
      revokeByGrantId: (grantId) =>
        change(() => {
          for (const [id, { payload }] of shelf) if (payload.grantId === grantId) shelf.delete(id);
        }),
    };
  };
  return { adapterFor };
};

const contentOf = (shelves: ReadonlyMap<Model, Shelf>, isLive: (kept: Kept) => boolean) =>
  Object.fromEntries(
    [...shelves].flatMap(([model, shelf]) =>
      lasting.has(model) ? [[model, Object.fromEntries([...shelf].filter(([, kept]) => isLive(kept)))]] : [],
    ),
  );

const read = async (path: string): Promise<Map<Model, Shelf>> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "{}";
    throw error;
  });
  try {
    const shelves = Object.entries(fileSchema.parse(JSON.parse(text)));
    return new Map(shelves.map(([model, shelf]) => [model, new Map(Object.entries(shelf))]));
  } catch {
    console.error(`identity: ${path} is damaged; whoever had signed in must do so again.`);
    return new Map();
  }
};
