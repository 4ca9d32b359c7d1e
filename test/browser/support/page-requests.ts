import type { HTTPRequest, Page } from "puppeteer-core";

/** What a page asks the service for its feed, from now on. */
export type PageRequests = {
  /** How many deltas the service holds back for this page at this moment, because it was asked to wait. */
  readonly held: () => number;
  /** How many deltas it has asked to be held back. */
  readonly waits: () => number;
  /** Each answer so far, in order: `GET 200`. */
  readonly answers: () => readonly string[];
  /** When each request of this method was made that has been answered, in order, in milliseconds of the browser's own clock. */
  readonly times: (method: string) => readonly number[];
};

/** Watches them; without the preflights, which are the browser's own. */
export const requestsOf = (page: Page): PageRequests => {
  const asked: { readonly method: string; readonly at: number }[] = [];
  const held = new Set<HTTPRequest>();
  const answers: string[] = [];
  let waits = 0;
  const isFeed = (request: HTTPRequest): boolean =>
    request.method() !== "OPTIONS" && /\/me\/notifications(?!\/subscriptions|\/vapid)/.test(request.url());
  page.on("request", (request) => {
    if (!isFeed(request) || request.headers().prefer === undefined) return;
    held.add(request);
    waits += 1;
  });
  page.on("response", (response) => {
    const request = response.request();
    if (!isFeed(request)) return;
    answers.push(`${request.method()} ${response.status()}`);
    asked.push({ method: request.method(), at: (response.timing()?.requestTime ?? NaN) * 1_000 });
  });
  page.on("requestfinished", (request) => held.delete(request));
  page.on("requestfailed", (request) => held.delete(request));
  return {
    held: () => held.size,
    waits: () => waits,
    answers: () => answers,
    times: (method) => asked.filter((one) => one.method === method).map(({ at }) => at),
  };
};
