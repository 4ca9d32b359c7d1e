/** The sides, in the order of the report. `ours` is the one the others are compared with. */
export const sideNames = [
  "ours",
  "BullMQ + web-push",
  "BullMQ + node-pushnotifications",
  "node-pushnotifications, nothing kept",
] as const;
export type SideName = (typeof sideNames)[number];
export type PeerName = Exclude<SideName, "ours">;

/** One notification as an app server posts it. */
type PostRequest = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** CPU seconds so far of all that a side consists of: of its application's process, and of the others by their names. */
export type Cpu = { readonly app: number; readonly others: Readonly<Record<string, number>> };

/** A system that runs, knows the users' devices, and answers a notification that it has taken with 201. */
export type Side = {
  readonly name: SideName;
  readonly url: string;
  /** A notification of this mark for the user of this number. */
  readonly requestFor: (user: number, mark: string) => PostRequest;
  readonly cpu: () => Promise<Cpu>;
  /** Ends it. */
  readonly stop: () => Promise<void>;
};
