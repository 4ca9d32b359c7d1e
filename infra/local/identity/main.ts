import { join } from "node:path";
import { runPart } from "../part.ts";
import { secretsIn } from "../secrets.ts";
import { seededUser } from "../seeded-user.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { startIdentity } from "./identity.ts";
import { pageOriginsAt } from "./inbox-client.ts";
import { passwordCommand } from "./password-command.ts";

await runPart(async () => {
  const folder = partDir("identity");
  const httpPort = portOf("http");
  const stackFile = process.env.FANFARE_STACK_FILE;
  return startIdentity({
    port: portOf("identity"),
    files: isEphemeral()
      ? undefined
      : { signingKeys: join(folder, "signing-keys.json"), signIns: join(folder, "sign-ins.json") },
    secrets: await secretsIn(dataDir()),
    page: {
      defaultUser: seededUser,
      passwordCommand: stackFile === undefined ? undefined : passwordCommand(stackFile),
      // A port that is still to be chosen is nobody's origin.
      pageOrigins: httpPort === 0 ? [] : pageOriginsAt(httpPort),
    },
  });
});
