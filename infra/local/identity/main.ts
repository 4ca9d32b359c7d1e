import { join } from "node:path";
import { runPart } from "../part.ts";
import { secretsIn } from "../secrets.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { startIdentity } from "./identity.ts";

await runPart(async () =>
  startIdentity({
    port: portOf("identity"),
    keysFile: isEphemeral() ? undefined : join(partDir("identity"), "signing-keys.json"),
    secrets: await secretsIn(dataDir()),
  }),
);
