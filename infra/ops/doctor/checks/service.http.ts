import { connect } from "node:tls";
import * as z from "zod";
import { milliseconds, systemClock } from "../../../../shared/clock.ts";
import { ok, unknown, warning, wrong, type Check, type Finding } from "../check.ts";
import { firstSignal } from "../../../../shared/first-signal.ts";

const readySchema = z.object({ checks: z.record(z.string(), z.string()) });
const answerWithinMs = 6_000;
/** Platforms renew their certificates a month or more ahead. */
const certificateLeastDays = 21;

/** Whether the service answers at PUBLIC_URL, has what it needs, and for how long its certificate lasts. */
export const serviceCheck: Check = {
  name: "service",
  look: async ({ connection: { url }, config, env }, stop) => {
    const address = url ?? config?.publicUrl;
    if (address === undefined)
      return env.PUBLIC_URL
        ? [wrong("PUBLIC_URL is no http(s) URL.", "set it to where the service is, without query or password.")]
        : [unknown("Where it is nobody says.", "set PUBLIC_URL.")];
    const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
    const [health, certificate] = await Promise.all([healthOf(address, signal), certificateOf(address, signal)]);
    return [...health, ...certificate];
  },
};

const healthOf = async (url: string, signal: AbortSignal): Promise<readonly Finding[]> => {
  const get = (path: string) => fetch(url + path, { signal, redirect: "manual" }).catch(() => undefined);
  const [live, ready] = await Promise.all([get("/health/live"), get("/health/ready")]);
  const host = new URL(url).host;
  if (!live && !ready)
    return [wrong(`Nothing answers at ${host}.`, "look whether the app runs, and whether PUBLIC_URL is where it is.")];
  if (live?.status !== 200)
    return [
      wrong(
        `${host} answers GET /health/live with ${live ? live.status : "nothing"}.`,
        "look at the app's log: it does not start, or PUBLIC_URL is another service's.",
      ),
    ];
  if (ready?.status === 200) return [ok(`${host} is live and ready${await buildTold(live)}.`)];
  const told = readySchema.safeParse(await ready?.json().catch(() => undefined)).data?.checks ?? {};
  const failing = Object.entries(told).flatMap(([name, result]) => (result === "ok" ? [] : [name]));
  const what = failing.length > 0 ? `: it cannot use ${failing.join(" and ")}` : "";
  return [
    wrong(
      `${host} is live and not ready${what}.`,
      "see what is told of these here; if they are well, the app's identity lacks a role.",
    ),
  ];
};

/** Which build it says it is: an older service says nothing, and whatever else answers there may say anything. */
const buildTold = async (live: Response): Promise<string> => {
  const { version, commit } = buildSchema.safeParse(await live.json().catch(() => undefined)).data ?? {};
  if (version === undefined) return "";
  return `: version ${version}${commit === undefined ? "" : `, commit ${commit.slice(0, 12)}`}`;
};
const buildSchema = z.object({
  version: z.string().regex(/^[\w.+-]{1,64}$/),
  commit: z
    .string()
    .regex(/^[\da-f]{40}$/)
    .optional()
    .catch(undefined),
});

const certificateOf = async (address: string, signal: AbortSignal): Promise<readonly Finding[]> => {
  const url = new URL(address);
  if (url.protocol !== "https:") return [];
  const endsAt = await certificateEnd(url, signal);
  return endsAt === undefined ? [] : certificateFindings(url.hostname, endsAt, systemClock.now());
};

/** What an end of a certificate, in epoch milliseconds, means. */
export const certificateFindings = (hostname: string, endsAt: number, now: number): readonly Finding[] => {
  const days = Math.floor((endsAt - now) / milliseconds.day);
  if (days < 0) return [wrong(`The certificate of ${hostname} has expired.`, "renew it.")];
  if (days < certificateLeastDays)
    return [warning(`The certificate of ${hostname} ends in ${days} days.`, "see why it has not been renewed.")];
  return [ok(`The certificate of ${hostname} lasts ${days} days.`)];
};

/** Undefined where there is none to be had: then the service does not answer either. An expired one is looked at, too. */
const certificateEnd = (url: URL, signal: AbortSignal): Promise<number | undefined> =>
  new Promise((resolve) => {
    const socket = connect({
      host: url.hostname,
      port: Number(url.port || 443),
      servername: url.hostname,
      rejectUnauthorized: false,
    });
    const end = (endsAt?: number): void => {
      socket.destroy();
      resolve(endsAt);
    };
    signal.addEventListener("abort", () => end());
    socket.on("error", () => end());
    socket.on("secureConnect", () => {
      const endsAt = Date.parse(socket.getPeerCertificate().valid_to);
      end(Number.isNaN(endsAt) ? undefined : endsAt);
    });
  });
