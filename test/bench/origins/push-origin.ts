import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pushControl, type PushControl } from "../../../infra/local/push/control-client.ts";
import { startWebPush } from "../../../infra/local/webpush/service.ts";
import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";

const channelSchema = z.object({ endpoint: z.string(), keys: z.object({ p256dh: z.string(), auth: z.string() }) });

/** A local push service, and the channel of its one device. */
export type PushOrigin = {
  readonly url: string;
  readonly ca: string;
  readonly control: PushControl;
  readonly channel: WebPushChannel;
  readonly stop: () => Promise<void>;
};

/** Starts one on free ports of the loopback. */
export const startPushOrigin = async (vapidPublicKey: string): Promise<PushOrigin> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bench-"));
  const service = await startWebPush({
    port: 0,
    controlPort: 0,
    folder,
    isEphemeral: true,
    applicationServerKey: vapidPublicKey,
    receivedKept: 1,
    print: undefined,
    alarm: (line) => console.error(line),
    now: Date.now,
  });
  const control = pushControl(service.controlUrl);
  const device = await control.createDevice();
  return {
    url: service.url,
    ca: service.ca,
    control,
    channel: { kind: "webpush", ...channelSchema.parse(device.channel) },
    stop: async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
};
