import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestPath } from "./request-path.ts";

/** Whoever answers some paths in the app's place: a laptop's own pages, which no deployed app has. */
export type Front = {
  /** Answers the request, perhaps later, and returns true; or returns false, having done nothing, and the app is asked. Never throws. */
  readonly answers: (request: IncomingMessage, response: ServerResponse, path: RequestPath) => boolean;
  /** Lets go of what it holds. Called once, when no request can come any more. */
  readonly close: () => Promise<void>;
};
