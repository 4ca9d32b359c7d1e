import type { IncomingHttpHeaders } from "node:http";
import type { Route } from "./control-http.ts";
import type { Device } from "./devices.ts";
import type { PushState } from "./state.ts";
import type { Change } from "./store.ts";

/** A push as it reaches a device. */
export type Pushed = {
  /** As the vendor saw them. */
  readonly headers: IncomingHttpHeaders;
  /** The body, as it came. */
  readonly content: string;
  /** What the system draws, by itself and without the app; one with the same tag takes the place of the other. */
  readonly drawn?: {
    readonly title: string;
    readonly body?: string;
    readonly tag?: string;
    /** The notification's own id, from the data that came with it. */
    readonly id?: string;
  };
  /** What the app is run for: the original's envelope as JSON text (contract 5). */
  readonly envelope?: string;
};

/** The virtual devices' systems and apps, which are the same for all vendors. */
export type VirtualApps<Own> = {
  /** A push reached a device that is online. Resolves when what came of it is written, `changes` in the same write; what the app fetches then goes on behind. */
  readonly deliver: (device: Device<Own>, pushed: Pushed, changes?: readonly Change[]) => Promise<void>;
  /** What the control API has for them, beside what it has for devices. */
  readonly routes: readonly Route[];
};

/** The apps of all devices of one push service. */
export const virtualApps = <Own>({ state }: { readonly state: PushState<Own> }): VirtualApps<Own> => ({
  deliver: async (device, { headers, content, drawn }, changes = []) => {
    const toast = drawn && {
      ...(drawn.id !== undefined && { id: drawn.id }),
      ...(drawn.tag !== undefined && { topic: drawn.tag }),
    };
    await state.record(
      { device, headers, content, status: 200 },
      {
        changes,
        ...(toast && { toast }),
        ...(drawn && { seen: [drawn.title, drawn.body].filter(Boolean).join(": ") }),
      },
    );
  },
  routes: [],
});
