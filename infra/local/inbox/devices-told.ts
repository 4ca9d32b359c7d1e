import { readEnvelope } from "../push/app/envelope.ts";
import { pushControl, type VirtualDevice } from "../push/control-client.ts";
import type { Look } from "./section.ts";
import type { ToldDevice, ToldPlatform, ToldToast } from "./told.ts";

/** The control APIs of the push services, by platform, in the order in which their devices are told. */
export type Controls = Readonly<Record<ToldPlatform, string>>;

/** A path of this origin below which what is done on a device is posted: `<platform>/<device id>/act`. */
export const devicesPath = "/_local/devices/";

/** Of each platform: a crowd of one must not push the others out. */
const devicesMax = 20;
const toastsMax = 20;
const charactersMax = 500;

/** Looks at the devices of all push services. What one of them does not tell is missing; the others' are told. */
export const lookAtDevices =
  (controls: Controls): Look<readonly ToldDevice[]> =>
  async (stop) => {
    const platforms = Object.keys(controls) as ToldPlatform[];
    const looks = await Promise.allSettled(
      platforms.map((platform) => pushControl(controls[platform]).devices({ limit: devicesMax, stop })),
    );
    const missing = platforms.filter((_, index) => looks[index]?.status === "rejected");
    const devices = looks.flatMap((look) => (look.status === "fulfilled" ? look.value.slice(0, devicesMax) : []));
    return {
      value: devices.map(toldOf),
      fault: missing.length === 0 ? null : `The local push service does not answer: ${missing.join(", ")}.`,
    };
  };

const toldOf = (device: VirtualDevice): ToldDevice => {
  const { deviceId, name, platformType, kind, online, waiting, app, screen } = device;
  return {
    deviceId,
    name,
    platformType,
    kind,
    online,
    waiting,
    user: app?.user ?? null,
    actPath: app?.isSignedIn ? `${devicesPath}${platformType}/${deviceId}/act` : null,
    toasts: screen.slice(-toastsMax).toReversed().map(toastOf),
  };
};

/** A browser's page is not ours, so its screen holds push messages as they came; what a page would make of them is told. */
const toastOf = ({ id, at, content }: VirtualDevice["screen"][number]): ToldToast => {
  const envelope = readEnvelope(content);
  const notification = envelope?.changeType === "afsChange" ? envelope.notification : undefined;
  const text = envelope
    ? (notification?.payload.rawContent ?? "Something has changed: time to read the feed.")
    : content;
  return {
    notificationId: notification?.id ?? id ?? null,
    shownAt: at,
    text: cut(text),
  };
};

/** By characters and not by their halves. */
const cut = (text: string): string => {
  const characters = Array.from(text.slice(0, charactersMax * 2 + 1));
  return characters.length > charactersMax ? `${characters.slice(0, charactersMax).join("")}…` : text;
};
