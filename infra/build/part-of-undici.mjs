// undici is one CommonJS module, of which the compiler can leave nothing out: fetch, WebSocket, mocks, caches and proxies would be half a
// megabyte that every start compiles. And it makes its own agent that of Node's fetch, which nobody here asked for.

/** An esbuild plugin: of undici the app gets what it imports, put together as undici's own index.js does. */
export const partOfUndici = {
  name: "part of undici",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: "undici",
      namespace: "part-of",
      pluginData: { resolveDir },
    }));
    onLoad({ filter: /^undici$/, namespace: "part-of" }, ({ pluginData: { resolveDir } }) => ({
      contents,
      resolveDir,
    }));
  },
};

// What else is imported of undici one day is no export here, and fails the build.
const contents = `
import Dispatcher from "undici/lib/dispatcher/dispatcher";
import api from "undici/lib/api";
import Agent from "undici/lib/dispatcher/agent";
import buildConnector from "undici/lib/core/connect";
Object.assign(Dispatcher.prototype, api);
export { Agent, buildConnector };
`;
