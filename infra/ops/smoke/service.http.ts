import { setTimeout as passed } from "node:timers/promises";
import * as z from "zod";
import { printInstant } from "../../../shared/notification/instant.ts";
import { jsonIn } from "../json-in.ts";
import { Amiss } from "./steps.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A Fanfare's API as a caller with an app-only token sees it. */
type At = {
  readonly url: string;
  /** For each answer, milliseconds. */
  readonly answerWithinMs: number;
  readonly stop: AbortSignal;
};

type Answered = { readonly status: number; readonly body: unknown };

/** Throws `Amiss` when there is no answer in time. Of what was sent, and of the answer's text, an error shows nothing. */
const ask = async ({ url, answerWithinMs, stop }: At, path: string, request: RequestInit = {}): Promise<Answered> => {
  const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
  try {
    const answer = await fetch(url + path, { ...request, signal, redirect: "manual" });
    const text = await answer.text();
    return { status: answer.status, body: jsonIn(text) }; // of a proxy's page, say, the status tells
  } catch (error) {
    stop.throwIfAborted();
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const what = isLate ? `does not answer within ${answerWithinMs / 1_000} s` : "cannot be reached";
    throw new Amiss(`${new URL(url).host} ${what}.`);
  }
};

const readySchema = z.object({ checks: z.record(z.string(), z.string()) });

/** Throws `Amiss` unless the service says that it is ready; it names what is not. */
export const beReady = async (at: At): Promise<void> => {
  const { status, body } = await ask(at, "/health/ready");
  if (status === 200) return;
  const checks = Object.entries(readySchema.safeParse(body).data?.checks ?? {});
  const failing = checks.flatMap(([name, result]) => (result === "ok" ? [] : [name]));
  throw new Amiss(
    failing.length > 0
      ? `The service runs and is not ready: it cannot use ${failing.join(" and ")}.`
      : `GET /health/ready was answered ${status}: is PUBLIC_URL the service's?`,
  );
};

/** Who posts to whom. */
export type Posting = At & {
  readonly token: string;
  readonly unsid: string;
  readonly hostName: string;
  /** Stands in the service's log of the request. */
  readonly name: string;
  /** Epoch milliseconds at which the notification ends by itself. */
  readonly expiresAt: number;
};

const acceptedSchema = z.object({ id: z.string() });

/** Posts the canary. Resolves to the notification's id. Throws `Amiss` with what the answer means. */
export const postCanary = async (posting: Posting): Promise<string> => {
  const { status, body } = await post(posting, "");
  const accepted = status === 201 || status === 200 ? acceptedSchema.safeParse(body).data : undefined;
  if (accepted) return accepted.id;
  throw refused(status, body);
};

const knownWithinMs = 90_000;
const pauseMs = 1_000;

/** Waits until the service knows an app that was just registered, which takes it up to a minute; rehearses the POST for it, so nobody is rung. */
export const beKnown = async (posting: Posting): Promise<void> => {
  const deadline = performance.now() + knownWithinMs;
  for (;;) {
    const { status, body } = await post(posting, "?dryRun=true");
    if (status === 200 || status === 201) return;
    if (status !== 403 || performance.now() > deadline) throw refused(status, body);
    await passed(pauseMs, undefined, { signal: posting.stop });
  }
};

const post = (posting: Posting, query: string): Promise<Answered> =>
  ask(posting, `/v1.0/me/notifications/${query}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${posting.token}`,
      "x-uns-id": posting.unsid,
      "content-type": "application/json",
      "client-request-id": posting.name,
    },
    body: JSON.stringify({
      targetHostName: posting.hostName,
      appNotificationId: posting.name,
      expirationDateTime: printInstant(posting.expiresAt),
      payload: { rawContent: "canary" },
      targetPolicy: { platformTypes: ["WebPush"] },
    }),
  });

const problemSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The API's own sentence, which quotes nothing of the request but a claim's name. */
const refused = (status: number, body: unknown): Amiss => {
  const problem = problemSchema.safeParse(body).data?.error;
  const said = problem === undefined ? "" : ` “${problem.message}”`;
  const next: Readonly<Record<number, string>> = {
    401: "compare the token's issuer and audience with TOKEN_ISSUERS and TOKEN_AUDIENCES; npm run ops -- doctor looks at the issuers.",
    403: "npm run ops -- apps list tells whether the token's client id is a sender of the app, or blocked. What was just registered, every instance knows within a minute.",
    406: "npm run ops -- queue, then npm run ops -- doctor: the service takes nothing because something it needs is away or too far behind.",
    429: "the platform in front of the service is overloaded: look at its instances.",
  };
  return new Amiss(`The POST was answered ${status}.${said}`, next[status]);
};

const deliveriesSchema = z.object({
  value: z.array(z.object({ outcome: z.string(), reason: z.string().nullable(), explanation: z.string() })),
});

/** What became of the canary's notification, as the API tells whoever has the role `Notifications.Admin`. */
export const deliveriesToldBy = async (at: Pick<Posting, keyof At | "token" | "unsid">, id: string) => {
  const headers = { authorization: `Bearer ${at.token}`, "x-uns-id": at.unsid };
  const { status, body } = await ask(at, `/v1.0/me/notifications/${id}/deliveries`, { headers });
  if (status !== 200) throw refused(status, body);
  const told = deliveriesSchema.safeParse(body).data;
  if (!told) throw new Amiss("GET …/deliveries was answered with something else: is PUBLIC_URL the service's?");
  return told.value[0];
};
