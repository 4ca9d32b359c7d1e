import type { PlatformType } from "../../../shared/notification/notification.ts";

/** Whose a dumped device is, as far as the dump says. */
type Owner = {
  /** What the app called its user. */
  readonly user: string | undefined;
  readonly tenantId?: string | undefined;
  readonly principalName?: string | undefined;
};

/** What a dump says of one device. Nothing of it is judged yet. */
export type DumpedDevice = {
  /** What the app server called this subscription: it is told the UNSID by it. */
  readonly id: string | undefined;
  readonly owner: Owner;
  /** What the device calls itself, if that outlives its channel; else a name is made of the channel. */
  readonly deviceId: string | undefined;
  readonly platformType: PlatformType;
  /** As a client of that platform would give it to the API. */
  readonly channel: Readonly<Record<string, unknown>>;
  /** When the device was last heard of, epoch milliseconds. */
  readonly updatedAt?: number | undefined;
};

/** What was made of one entry of a dump: a device, or why it is none, in sentences that quote nothing of it. */
export type Understood =
  | { readonly kind: "device"; readonly device: DumpedDevice }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

export const refusedFor = (...reasons: readonly string[]): Understood => ({ kind: "refused", reasons });

/** One entry of a dump, and where it stands: its line, or in a JSON array which one it is, from 1. */
export type Entry = { readonly line: number; readonly understood: Understood };

/** A text that is there: an empty one says nothing. Numbers, which databases use as keys, count as their digits. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
};
