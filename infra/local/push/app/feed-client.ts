import * as z from "zod";
import type { Account } from "./account.ts";
import { entitySchema } from "./known.ts";
import { tokenSource } from "./token-source.ts";
import { firstSignal } from "../../../../shared/first-signal.ts";

const removedSchema = z.object({ id: z.string(), "@removed": z.object({ reason: z.string() }) });
const pageSchema = z.object({
  value: z.array(z.union([removedSchema, entitySchema])),
  "@odata.nextLink": z.string().optional(),
  "@odata.deltaLink": z.string().optional(),
});

/** One change of the feed: the notification as it is now, or that it is deleted. */
type FeedChange = z.infer<typeof pageSchema>["value"][number];

/** What reading one page of the delta came to. */
export type PageRead =
  | {
      readonly kind: "page";
      readonly changes: readonly FeedChange[];
      readonly link: string;
      /** Only on a pass' last page: the state of the feed that is reached. */
      readonly mark?: string;
    }
  /** The link is good for nothing any more. */
  | { readonly kind: "start-over" }
  /** Too much was asked: nothing before so many milliseconds. */
  | { readonly kind: "throttled"; readonly waitMs: number }
  /** Anything else, in words. */
  | { readonly kind: "failed"; readonly reason: string };

/** What a person does about a notification. */
export const actions = ["read", "activate", "dismiss", "delete"] as const;
export type Action = (typeof actions)[number];

/** What the feed made of an action: the notification as it is now (none: it is deleted), or its refusal. */
export type Acted =
  | { readonly kind: "done"; readonly entity: z.infer<typeof entitySchema> | undefined }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** The service, as an app on a device speaks to it (contract 4): as its user, naming its device by X-UNS-ID. */
export type FeedClient = {
  /** Reads where the link points to, or from the beginning. Never rejects. */
  readonly read: (account: Account, link: string | undefined) => Promise<PageRead>;
  /** Tells the feed what the user did. Never rejects; status 0: there was no answer. */
  readonly act: (account: Account, id: string, action: Action) => Promise<Acted>;
};

type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

const answerWithinMs = 10_000;

const patches: Readonly<Record<Exclude<Action, "delete">, Readonly<Record<string, string>>>> = {
  read: { readState: "read" },
  activate: { userActionState: "activated" },
  dismiss: { userActionState: "dismissed" },
};

/** Clients of the service for the apps of one push service, which share their users' tokens. What runs ends with `closing`. */
export const feedClient = (closing: AbortSignal, now: () => number): FeedClient => {
  const send = (url: string, request: RequestInit = {}): Promise<Response> =>
    fetch(url, { ...request, signal: firstSignal([closing, AbortSignal.timeout(answerWithinMs)]) });
  const tokens = tokenSource(send, now);

  /** A token that is refused is not asked with again; a new one is tried once. */
  const ask = async (account: Account, url: string, { headers, ...request }: Asking = {}): Promise<Response> => {
    const attempt = async (): Promise<Response> =>
      send(url, {
        ...request,
        headers: { ...headers, authorization: `Bearer ${await tokens.of(account)}`, "x-uns-id": account.unsid },
      });
    const answer = await attempt();
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    tokens.forget(account);
    return attempt();
  };

  const read: FeedClient["read"] = async (account, link) => {
    const beginning = `${notificationsOf(account)}/delta?targetHostName=${encodeURIComponent(account.targetHostName)}`;
    try {
      const answer = await ask(account, link ?? beginning);
      const text = await answer.text();
      if (answer.status === 200) return pageOf(text, answer.headers.get("etag"));
      // 410: the feed was made anew, or the token is too old; 400: it was sealed with a key that is gone.
      if (link !== undefined && (answer.status === 410 || answer.status === 400)) return { kind: "start-over" };
      const waitMs = Number(answer.headers.get("retry-after")) * 1_000;
      if (answer.status === 406 && waitMs > 0) return { kind: "throttled", waitMs };
      return { kind: "failed", reason: `the feed answered ${answer.status}` };
    } catch (error) {
      return { kind: "failed", reason: told(error) };
    }
  };

  const act: FeedClient["act"] = async (account, id, action) => {
    const request =
      action === "delete"
        ? { method: "DELETE" }
        : {
            method: "PATCH",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(patches[action]),
          };
    try {
      const answer = await ask(account, `${notificationsOf(account)}/${encodeURIComponent(id)}`, request);
      const text = await answer.text();
      if (!answer.ok) return { kind: "refused", status: answer.status, reason: text };
      return { kind: "done", entity: action === "delete" ? undefined : entitySchema.parse(JSON.parse(text)) };
    } catch (error) {
      return { kind: "refused", status: 0, reason: told(error) };
    }
  };

  return { read, act };
};

const notificationsOf = ({ httpUrl }: Account): string => `${httpUrl}/beta/me/notifications`;

const pageOf = (text: string, etag: string | null): PageRead => {
  const { value: changes, ...links } = pageSchema.parse(JSON.parse(text));
  const next = links["@odata.nextLink"];
  if (next !== undefined) return { kind: "page", changes, link: next };
  const link = links["@odata.deltaLink"];
  if (link === undefined || etag === null) return { kind: "failed", reason: "the delta has no link or no ETag" };
  return { kind: "page", changes, link, mark: etag.replaceAll('"', "") };
};

const told = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};
