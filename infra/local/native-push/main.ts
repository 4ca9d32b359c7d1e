import { startApns } from "../apns/service.ts";
import { startFcm } from "../fcm/service.ts";
import { runPart } from "../part.ts";
import { printsPushes, receivedKept } from "../push/settings.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { vendorAccountsIn } from "../vendor-accounts.ts";
import { startWns } from "../wns/service.ts";

/** The local APNs, FCM and WNS: what Apple, Google and Microsoft run for their platforms, each with virtual devices of its own. */
await runPart(async () => {
  const accounts = await vendorAccountsIn(dataDir());
  const common = {
    isEphemeral: isEphemeral(),
    receivedKept: receivedKept(),
    print: printsPushes() ? (line: string) => console.log(line) : undefined,
    now: Date.now,
  };
  const placeOf = (name: "apns" | "fcm" | "wns") => ({
    port: portOf(name),
    controlPort: portOf(`${name}Control`),
    folder: partDir(name),
  });
  const services = await Promise.all([
    startApns({ ...common, ...placeOf("apns"), account: accounts.apns }),
    startFcm({ ...common, ...placeOf("fcm"), account: accounts.fcm }),
    startWns({ ...common, ...placeOf("wns"), account: accounts.wns }),
  ]);
  return {
    ready: services.map(({ ready }) => ready).join("\n"),
    stop: async () => {
      await Promise.all(services.map(({ stop }) => stop()));
    },
  };
});
