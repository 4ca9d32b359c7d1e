import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ports as portSettings, type PortName } from "../../../infra/local/settings.ts";
import { choosePorts } from "../../../infra/local/supervisor/choose-ports.ts";
import { pushControl, type PushControl } from "../../../infra/local/push/control-client.ts";
import { secretsIn, type Secrets } from "../../../infra/local/secrets.ts";
import { credentialSettingsOf, vendorAccountsIn, type VendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import { startProgram } from "../../support/program.ts";

export const vendorNames = ["webpush", "apns", "fcm", "wns"] as const;
export type VendorName = (typeof vendorNames)[number];

/** The four vendors, each with its control API and the authority that vouches for it, and the accounts by which they know us. */
export type LocalVendors = {
  readonly at: Readonly<
    Record<
      VendorName,
      { readonly url: string; readonly ca: string; readonly control: PushControl; readonly controlUrl: string }
    >
  >;
  readonly vapid: Secrets["vapid"];
  readonly accounts: VendorAccounts;
  readonly credentialSettings: ReturnType<typeof credentialSettingsOf>;
  readonly stop: () => Promise<void>;
};

const used: readonly PortName[] = vendorNames.flatMap((name): PortName[] => [name, `${name}Control`]);

/** Starts them on free ports, in two processes of their own, with a state that is kept nowhere. */
export const startLocalVendors = async (receivedKept: number): Promise<LocalVendors> => {
  const directory = await mkdtemp(join(tmpdir(), "fanfare-bench-"));
  const anyPort = Object.fromEntries(Object.values(portSettings).map(({ setting }) => [setting, "0"]));
  const ports = await choosePorts({ directory, used, env: anyPort });
  const [{ vapid }, accounts] = await Promise.all([secretsIn(directory), vendorAccountsIn(directory)]);
  const env = {
    ...Object.fromEntries(used.map((name) => [portSettings[name].setting, String(ports[name])])),
    FANFARE_DATA_DIR: directory,
    FANFARE_EPHEMERAL: "1",
    FANFARE_PUSH_PRINT: "0",
    FANFARE_RECEIVED_KEPT: String(receivedKept),
  };
  const programs = await Promise.all(["webpush", "native-push"].map((name) => startProgram({ name, env })));
  const controlUrlOf = (name: VendorName): string => `http://127.0.0.1:${ports[`${name}Control`]}`;
  const at = async (name: VendorName) => ({
    url: `https://127.0.0.1:${ports[name]}`,
    ca: await readFile(join(directory, name, "ca.pem"), "utf8"),
    control: pushControl(controlUrlOf(name)),
    controlUrl: controlUrlOf(name),
  });
  return {
    at: { webpush: await at("webpush"), apns: await at("apns"), fcm: await at("fcm"), wns: await at("wns") },
    vapid,
    accounts,
    credentialSettings: credentialSettingsOf(accounts, `https://127.0.0.1:${ports.fcm}/token`),
    stop: async () => {
      await Promise.all(programs.map((program) => program.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
};
