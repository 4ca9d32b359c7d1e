import type { ToldAct, ToldConfig, ToldOverview } from "../told.ts";

/** `GET /_local/config`. Throws, with a sentence, when the stack does not answer. */
export const askConfig = (): Promise<ToldConfig> => ask<ToldConfig>("/_local/config");

/** The state of the stack that differs from the version given; waits for one. */
export const askOverview = (since: string | undefined, signal: AbortSignal): Promise<ToldOverview> =>
  ask<ToldOverview>(`/_local/overview${since === undefined ? "" : `?since=${encodeURIComponent(since)}`}`, { signal });

/** Does on a device what a person holding it would do. Throws with the stack's own sentence when it cannot be done. */
export const actOnDevice = async (actPath: string, act: ToldAct): Promise<void> => {
  const answer = await fetch(actPath, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(act),
  });
  if (!answer.ok) throw new Error(await sentenceIn(answer));
};

/** Both ends of this wire are of one build, and of one computer: what comes is what its type says. */
const ask = async <T>(path: string, request: RequestInit = {}): Promise<T> => {
  const answer = await fetch(path, request);
  if (!answer.ok) throw new Error(await sentenceIn(answer));
  return (await answer.json()) as T;
};

const sentenceIn = async (answer: Response): Promise<string> => {
  const body: unknown = await answer.json().catch(() => undefined);
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  return typeof error === "string" ? error : `The local stack answered ${answer.status}.`;
};
