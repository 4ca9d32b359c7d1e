import type { Dispatcher } from "undici";

/** An answer, as much of it as is read. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body. */
  readonly text: string;
};

type Request = Required<Pick<Dispatcher.DispatchOptions, "origin" | "path" | "method">> &
  Pick<Dispatcher.DispatchOptions, "headers" | "body">;
type Limits = {
  /** When it must be over, by `performance.now()`: what has no answer by then rejects with a `TimeoutError`. */
  readonly endsAt: number;
  /** Of a body that is longer the rest is not read, and its connection is given up. */
  readonly charactersMost: number;
};

/**
 * One request and its answer, without a stream: a push service's answers are small, and of a stream's making and ending each cost as much as
 * sending. Rejects with undici's error when there is no answer. Once the status came there is one: a body that breaks off, or takes too long,
 * takes nothing back.
 */
export const exchange = (
  agent: Dispatcher,
  { origin, path, method, headers = null, body = null }: Request,
  { endsAt, charactersMost }: Limits,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    let control: Dispatcher.DispatchController | undefined;
    let isTooLate = false;
    let status: number | undefined;
    let answered: Answer["headers"] = {};
    let text = "";
    const leftMs = endsAt - performance.now();
    if (leftMs <= 0) {
      reject(tooLate());
      return;
    }
    const timer = setTimeout(() => {
      isTooLate = true;
      if (control) control.abort(tooLate());
      else reject(tooLate()); // it waits for a connection, and is not sent when it gets one
    }, leftMs);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      if (status !== undefined) resolve({ status, headers: answered, text: text.slice(0, charactersMost) });
      else reject(error ?? new Error("There is no answer."));
    };
    agent.dispatch(
      // Its own time limits are for each part of an answer; ours is for the whole.
      { origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart: (given) => {
          control = given;
          if (isTooLate) given.abort(tooLate());
        },
        onResponseStart: (_control, given, givenHeaders) => {
          if (given < 200) return;
          status = given;
          answered = givenHeaders;
        },
        onResponseData: (given, chunk) => {
          text += String(chunk);
          if (text.length >= charactersMost) given.abort(new Error("The rest is not read."));
        },
        onResponseEnd: () => end(),
        onResponseError: (_control, error) => end(error),
      },
    );
  });

const tooLate = (): DOMException => new DOMException("The time is over.", "TimeoutError");
