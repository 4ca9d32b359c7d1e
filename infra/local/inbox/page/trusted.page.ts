type Policy = { readonly createScriptURL: (url: string) => string };
type Factory = { readonly createPolicy: (name: string, rules: Policy) => Policy };

declare global {
  interface Window {
    readonly trustedTypes?: Factory;
  }
}

/** Where the page's policy demands that addresses of scripts are vouched for (Trusted Types), this vouches for its own worker's alone. */
export const workerAddress = (path: "/service-worker.js"): string => policy?.createScriptURL(path) ?? path;

const policy = window.trustedTypes?.createPolicy("fanfare-inbox", { createScriptURL: (url) => url });
