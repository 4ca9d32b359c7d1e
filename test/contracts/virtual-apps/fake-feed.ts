import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { v7 as newId } from "uuid";
import { envelopeOf } from "./samples.ts";

type Entity = Readonly<Record<string, unknown>> & { readonly id: string };
type Logged = { readonly version: number; readonly entity: Entity };
/** An answer in the place of the feed's own. */
type Instead = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
type Asked = { readonly method: string; readonly path: string; readonly unsid: string | undefined };

/** One user's feed behind HTTP, as contract 4 has it: delta by pages, PATCH, DELETE; and where its tokens are given. */
export type FakeFeed = {
  readonly url: string;
  readonly tokenUrl: string;
  /** Puts a notification into the feed, or in the place of the one with its appNotificationId; its id, its entity, and the push messages that tell of it. */
  readonly put: (more?: Readonly<Record<string, unknown>>) => Put;
  /** Another device changes one, or deletes it (null). */
  readonly change: (id: string, change: Readonly<Record<string, unknown>> | null) => Put;
  readonly entity: (id: string) => Entity | undefined;
  /** The feed's state, as pushes name it. */
  readonly mark: () => string;
  /** What it was asked, in order; tokens left out. */
  readonly asked: Asked[];
  /** How many tokens were given. */
  readonly tokens: () => number;
  /** The next requests are answered so, one after the other. */
  readonly answerNext: (...instead: readonly Instead[]) => void;
  /** Every request waits until the returned function is called. */
  readonly hold: () => () => void;
  /** No token given so far is good any more. */
  readonly refuseTokens: () => void;
  /** Makes the feed anew: all links made so far are answered 410. */
  readonly startAnew: () => void;
  /** How many changes a page has; 100 by default. */
  pageSize: number;
  readonly stop: () => Promise<void>;
};

type Put = {
  readonly id: string;
  /** The message that there is something to read. */
  readonly tap: string;
  /** The message that holds its raw content. */
  readonly content: string;
};

/** A feed without notifications, on a free port. `now` is epoch milliseconds. */
export const startFakeFeed = async (now: () => number): Promise<FakeFeed> => {
  const log = new Map<string, Logged>();
  const asked: Asked[] = [];
  const instead: Instead[] = [];
  let [epoch, version, tokens, firstGoodToken] = [1, 0, 0, 1];
  let held: Promise<void> = Promise.resolve();

  const mark = (at = version): string => `epoch${epoch}.${at}`;
  const write = (entity: Entity): Put => {
    version += 1;
    log.set(entity.id, { version, entity });
    const marks = { newETag: mark(), baseETag: mark(version - 1) };
    return { id: entity.id, tap: envelopeOf(marks), content: envelopeOf(marks, entity) };
  };

  const deltaPage = (url: URL): [status: number, body?: unknown, headers?: Record<string, string>] => {
    const [itsEpoch, since = 0, until = version] = (url.searchParams.get("$token") ?? `${epoch}:0`)
      .split(":")
      .map(Number);
    if (itsEpoch !== epoch) return [410, {}];
    const changes = [...log.values()]
      .filter((one) => one.version > since && one.version <= until)
      .sort((one, other) => one.version - other.version);
    const page = changes.slice(0, feed.pageSize);
    const link = (token: string): string => `${feed.url}${url.pathname}?targetHostName=app.contoso.com&$token=${token}`;
    const value = page.map(({ entity }) => entity);
    if (page.length < changes.length) {
      return [200, { value, "@odata.nextLink": link(`${epoch}:${page.at(-1)!.version}:${until}`) }];
    }
    return [200, { value, "@odata.deltaLink": link(`${epoch}:${until}`) }, { etag: `"${mark(until)}"` }];
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const url = new URL(request.url ?? "", feed.url);
    const reply = (status: number, json?: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(json === undefined ? "" : JSON.stringify(json));
    };
    if (url.pathname === "/token") {
      reply(200, { access_token: String(++tokens), expires_in: 3_600 });
      return;
    }
    const unsid = request.headers["x-uns-id"] as string | undefined;
    asked.push({ method: request.method ?? "", path: url.pathname.replace("/beta/me/notifications", ""), unsid });
    const other = instead.shift();
    await held;
    if (other) {
      reply(other.status, {}, other.headers);
      return;
    }
    if (Number(request.headers.authorization?.replace("Bearer ", "")) < firstGoodToken) {
      reply(401, {});
      return;
    }
    if (url.pathname.endsWith("/delta")) {
      reply(...deltaPage(url));
      return;
    }
    const id = url.pathname.split("/").at(-1) ?? "";
    const entity = log.get(id)?.entity;
    if (!entity || "@removed" in entity) {
      reply(404, {});
      return;
    }
    if (request.method === "DELETE") {
      feed.change(id, null);
      reply(204);
      return;
    }
    feed.change(id, JSON.parse(body) as Record<string, unknown>);
    reply(200, log.get(id)?.entity);
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const feed: FakeFeed = {
    url,
    tokenUrl: `${url}/token`,
    put: (more = {}) => {
      const before = [...log.values()].find(({ entity }) => entity.appNotificationId === more.appNotificationId);
      return write({
        id: before?.entity.id ?? newId(),
        appNotificationId: newId(),
        expirationDateTime: new Date(now() + 3_600_000).toISOString(),
        displayTimeToLive: 3_600,
        status: "active",
        readState: "unread",
        userActionState: "noInteraction",
        targetPolicy: { platformTypes: ["Windows", "iOS", "Android", "WebPush"] },
        payload: { rawContent: "raw" },
        ...more,
      });
    },
    change: (id, change) =>
      write(
        change === null
          ? { id, status: "deleted", "@removed": { reason: "deleted" } }
          : { ...log.get(id)!.entity, ...change },
      ),
    entity: (id) => log.get(id)?.entity,
    mark: () => mark(),
    asked,
    tokens: () => tokens,
    answerNext: (...more) => void instead.push(...more),
    hold: () => {
      const { promise, resolve } = withResolvers();
      held = promise;
      return resolve;
    },
    refuseTokens: () => {
      firstGoodToken = tokens + 1;
    },
    startAnew: () => {
      epoch += 1;
      version = 0;
      log.clear();
    },
    pageSize: 100,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return feed;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

const withResolvers = (): { promise: Promise<void>; resolve: () => void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};
