import { defineConfig } from "vitest/config";

const source = (path: string): string => new URL(`./src/${path}`, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^#file$/, replacement: source("base/node/file.ts") },
      { find: /^#inflating$/, replacement: source("data/node/inflating.ts") },
      { find: /^#sha256$/, replacement: source("base/node/sha256.ts") },
      { find: /^#thread$/, replacement: source("base/node/thread.ts") },
      { find: /^#x64$/, replacement: source("targets/x64/target.ts") },
      { find: /^#image$/, replacement: source("data/node/image.ts") },
      { find: /^gradus$/, replacement: source("index.ts") },
      { find: /^gradus\/initializers$/, replacement: source("network/initializers.ts") },
      { find: /^gradus\/(functions|data|files|pictures|diagnose|search)$/, replacement: `${source("")}$1/index.ts` },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
