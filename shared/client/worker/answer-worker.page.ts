import type { GetToken } from "../client-options.ts";
import { serviceWorkers } from "./service-workers.page.ts";
import { tokenQuestionOf, type TokenAnswer } from "./token-question.ts";

type Answering = {
  readonly account: string;
  readonly getToken: GetToken;
  readonly signal: AbortSignal;
};

/**
 * Answers the service worker's questions for a token of this account, until aborted. For the time a page is open its worker can then read
 * the feed and write back what the user does with a toast, though the app has given the worker itself no `getToken`.
 */
export const answerTokenQuestions = (answering: Answering): void => {
  const { signal } = answering;
  serviceWorkers()?.addEventListener("message", (event) => void answer(event, answering), { signal });
};

const answer = async (
  { data, ports }: MessageEvent<unknown>,
  { account, getToken, signal }: Answering,
): Promise<void> => {
  const question = tokenQuestionOf(data);
  const [port] = ports;
  if (question?.account !== account || !port) return;
  const token = await getToken({ isRefused: question.isRefused, signal }).catch(() => undefined);
  port.postMessage({ token } satisfies TokenAnswer);
};
