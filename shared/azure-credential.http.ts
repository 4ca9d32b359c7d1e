import type { TokenCredential } from "@azure/identity";

/**
 * Who this process is to Azure: on Azure the identity it runs under, the one of `managedIdentityClientId` where there are several; elsewhere
 * the sign-in of whoever started it (`az login`). `@azure/identity` is large and not every process needs it, so it is loaded when the
 * first token is asked for.
 */
export const azureCredential = (managedIdentityClientId: string | undefined): TokenCredential => {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import("@azure/identity").then(
        ({ DefaultAzureCredential }) =>
          new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {}),
      );
      return (await credential).getToken(scopes, options);
    },
  };
};
