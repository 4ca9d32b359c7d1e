/** Our credentials at one vendor, by the names that the app registry uses for them. */
export type Credentials<Credential> = {
  /** How many are configured, those that are of no use included: with none, this server does not push to the platform. */
  readonly count: number;
  /** The credential of that name, or a sentence for the operator that says what to do about it. */
  readonly of: (name: string) => { readonly credential: Credential } | { readonly fault: string };
};

/** What an app uses that is registered with none. */
export const standardCredential = "default";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings `<prefix><NAME>`, such as `APNS_CREDENTIAL_DEFAULT`; names are compared without case, a hyphen or a dot in the
 * registry's is an underscore here. `parse` throws an error whose message says what the text must be, and quotes nothing of it. Such a text
 * keeps nobody from starting: it holds the deliveries that need it, and all others go on.
 */
export const credentialsIn = <Credential>(
  env: Environment,
  prefix: string,
  parse: (text: string) => Credential,
): Credentials<Credential> => {
  const known = new Map<string, ReturnType<Credentials<Credential>["of"]>>();
  for (const [setting, text = ""] of Object.entries(env)) {
    if (setting.startsWith(prefix) && text !== "") known.set(setting, understood(setting, text, parse));
  }
  return {
    count: known.size,
    of: (name) => {
      const setting = credentialSettingOf(prefix, name);
      return known.get(setting) ?? { fault: `set ${setting}: the app is registered with that credential` };
    },
  };
};

/** The setting in which the credential of that name stands, as reasons call it. */
export const credentialSettingOf = (prefix: string, name: string): string =>
  prefix + name.replaceAll(/[-.]/g, "_").toUpperCase();

const understood = <Credential>(
  setting: string,
  text: string,
  parse: (text: string) => Credential,
): ReturnType<Credentials<Credential>["of"]> => {
  if (/^@Microsoft\.KeyVault\(/i.test(text)) {
    return {
      fault: `${setting} is a Key Vault reference that the platform did not resolve: look at its status in the app's settings`,
    };
  }
  try {
    return { credential: parse(text) };
  } catch (error) {
    return { fault: `${setting} ${error instanceof Error ? error.message : "cannot be read"}` };
  }
};
