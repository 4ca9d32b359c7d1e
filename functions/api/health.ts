import type { Build } from "../build.ts";
import type { Operation } from "./call.ts";
import type { Answer } from "./http.ts";

/** One thing the service cannot do without. Resolves when it answers, throws when it does not. */
export type Check = () => Promise<unknown>;

const deadlineMs = 3_000;

/** `GET /health/live`: the process answers, and says which build it is: no secret, and the first question after a deployment. */
export const live =
  (build: Build): Operation =>
  () =>
    Promise.resolve({ status: 200, body: { status: "live", ...build } });

/**
 * `GET /health/ready`: table and bus answer within the deadline; 503 says which does not. For load balancers, so not 406.
 * Nobody needs a token for it, so whoever asks while a check is under way gets that check's answer.
 */
export const ready = (checks: Readonly<Record<string, Check>>): Operation => {
  let underway: Promise<Answer> | undefined;
  return () => (underway ??= report(checks).finally(() => (underway = undefined)));
};

const report = async (checks: Readonly<Record<string, Check>>): Promise<Answer> => {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, (await answers(check)) ? "ok" : "failing"] as const),
  );
  const isReady = results.every(([, result]) => result === "ok");
  const body = { status: isReady ? "ready" : "not ready", checks: Object.fromEntries(results) };
  return { status: isReady ? 200 : 503, body };
};

const answers = async (check: Check): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, deadlineMs, false)));
  const asked = check().then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([asked, deadline]);
  clearTimeout(timer);
  return answered;
};
