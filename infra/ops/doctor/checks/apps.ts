import { tableAppRegister, type Registered } from "../../../../shared/auth/app-register.table.ts";
import { faultOfRow } from "../../apps/faults.ts";
import { credentialChannels } from "../../apps/fields.ts";
import { canaryApp } from "../../smoke/canary-app.table.ts";
import { ok, warning, wrong, type Check, type Finding, type Patient } from "../check.ts";
import { missingCredential } from "./credentials.http.ts";

/** Whether every registration and entry of the block list can be read, and has the credentials it names. */
export const appsCheck: Check = {
  name: "apps",
  look: async (patient) => {
    const { apps, malformedBlocks } = await tableAppRegister(patient.connection.tables().apps).all();
    const findings = [
      ...apps.flatMap((one) => findingsOf(one, patient)),
      ...malformedBlocks.map((key) =>
        wrong(
          `The entry ${key} of the block list cannot be read, and blocks nobody.`,
          "unblock and block that id anew: npm run ops -- apps.",
        ),
      ),
    ];
    const own = apps.filter(({ hostName }) => hostName !== canaryApp);
    if (own.length === 0)
      return [...findings, warning("No app is registered, so nobody may post.", "npm run ops -- apps set")];
    return findings.length > 0 ? findings : [ok(`${own.length} are registered, and can be read.`)];
  },
};

const findingsOf = (one: Registered, patient: Patient): readonly Finding[] => {
  if (one.kind === "malformed")
    return [
      wrong(
        `The registration of ${one.hostName} cannot be read, so its callers get 403. ${faultOfRow(one.fault)}`,
        "npm run ops -- apps remove it, and set it anew.",
      ),
    ];
  const { hostName, credentials } = one.app;
  return credentialChannels.flatMap((channel) => {
    const name = credentials[channel];
    const setting = name === undefined ? undefined : missingCredential(patient, channel, name);
    if (setting === undefined) return [];
    return [
      wrong(
        `${hostName} is registered with the ${channel} credential ${name ?? ""}, and ${setting} is not set or of no use.`,
        `set ${setting}, or npm run ops -- apps set ${hostName} --credential ${channel}=<another>.`,
      ),
    ];
  });
};
