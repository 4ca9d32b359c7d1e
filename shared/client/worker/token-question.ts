import { isRecord, oursIn } from "../ours.ts";

/**
 * A worker has no token of its own unless the app gives it one, so it asks the app's open pages. The question goes to a page with a
 * MessagePort, on which a page where the same account is signed in answers with its own `getToken`.
 */
export type TokenQuestion = {
  readonly fanfare: { readonly kind: "token"; readonly account: string; readonly isRefused: boolean };
};
export type TokenAnswer = { readonly token: string | undefined };

/** How long pages are waited for: one in a background tab may be frozen. */
export const tokenAnswerMs = 3_000;

export const tokenQuestionOf = (data: unknown): TokenQuestion["fanfare"] | undefined => {
  const { kind, account, isRefused } = oursIn(data) ?? {};
  return kind === "token" && typeof account === "string" ? { kind, account, isRefused: isRefused === true } : undefined;
};

export const tokenIn = (data: unknown): string | undefined =>
  isRecord(data) && typeof data.token === "string" && data.token !== "" ? data.token : undefined;
