import type { GetToken } from "../client-options.ts";
import { tokenAnswerMs, tokenIn, type TokenQuestion } from "./token-question.ts";
import { within } from "./within.ts";
import type { AppWindow, WorkerScope } from "./worker-scope.ts";

/**
 * A token from whichever open page of the app answers first with one; undefined when none does within three seconds. Then content that
 * came with a push is shown all the same, and what the user does waits in the store for a page or a sync.
 */
export const tokenFromPages =
  ({ clients }: Pick<WorkerScope, "clients">, account: string): GetToken =>
  async ({ isRefused }) => {
    const question: TokenQuestion = { fanfare: { kind: "token", account, isRefused } };
    const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const answers = windows.map((page) => askedOf(page, question));
    const first = await within(tokenAnswerMs, Promise.any(answers.map(({ token }) => token)));
    for (const { port } of answers) port.close();
    return first;
  };

/** A page that has none, or does not know of us, leaves it to the others: then this one's answer never comes, or rejects. */
const askedOf = (
  page: AppWindow,
  question: TokenQuestion,
): { readonly token: Promise<string>; readonly port: MessagePort } => {
  const { port1, port2 } = new MessageChannel();
  const token = new Promise<string>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const told = tokenIn(data);
      if (told === undefined) reject(new Error("this page has no token"));
      else resolve(told);
    };
  });
  page.postMessage(question, [port2]);
  return { token, port: port1 };
};
