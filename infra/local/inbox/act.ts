import * as z from "zod";
import { actions } from "../push/app/feed-client.ts";
import { devicesPath, type Controls } from "./devices-told.ts";
import type { ToldAct } from "./told.ts";

/** What became of acting on a device: a status, and a sentence where it did not work. */
export type Acted = { readonly status: number; readonly error?: string };

const actSchema = z.strictObject({ notificationId: z.string().min(1).max(100), action: z.enum(actions) });
const refusalSchema = z.object({ error: z.string() });

const answerWithinMs = 15_000;

/** Where a control API takes what is done on the device that this path names; undefined when it is no `ToldDevice.actPath`. */
export const actAddressOf = (path: string, controls: Controls): string | undefined => {
  if (!path.startsWith(devicesPath)) return undefined;
  const [, platform = "", deviceId = ""] =
    /^([A-Za-z]+)\/([\w-]{1,100})\/act$/.exec(path.slice(devicesPath.length)) ?? [];
  const control = Object.entries(controls).find(([name]) => name === platform)?.[1];
  return control === undefined ? undefined : `${control}/_devices/${deviceId}/_act`;
};

/** Reads what shall be done; undefined when it is nothing that can be. */
export const parseAct = (text: string): ToldAct | undefined => {
  try {
    return actSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Does on the device at this address of a control API what a person would; tells that API's own refusal. Never rejects. */
export const actOn = async (address: string, act: ToldAct): Promise<Acted> => {
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(act), signal });
    const text = await answer.text();
    if (answer.ok) return { status: 204 };
    return { status: answer.status, error: sentenceIn(text) ?? `The push service answered ${answer.status}.` };
  } catch {
    return { status: 502, error: "The device’s push service does not answer." };
  }
};

const sentenceIn = (text: string): string | undefined => {
  try {
    return refusalSchema.safeParse(JSON.parse(text)).data?.error;
  } catch {
    return undefined;
  }
};
