/**
 * A reporter for Vitest that says one thing, as the last words of the process: `N passed, N failed, N skipped`, counting test
 * cases. Errors outside of a test case count as failed, and a process that ends badly never says that nothing failed.
 *
 *   npx vitest run --reporter=default --reporter=./scripts/plain-reporter.mjs
 */

export default class PlainReporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  constructor() {
    process.on("exit", (code) => console.log(this.#line(code)));
  }

  onTestRunEnd(modules, unhandledErrors) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((suite) => suite.errors()),
    );
    this.#passed = states.filter((state) => state === "passed").length;
    this.#failed = states.filter((state) => state === "failed").length + broken.length + unhandledErrors.length;
    this.#skipped = states.filter((state) => state === "skipped" || state === "pending").length;
  }

  #line(code) {
    const failed = code === 0 ? this.#failed : Math.max(this.#failed, 1);
    return `${this.#passed} passed, ${failed} failed, ${this.#skipped} skipped`;
  }
}
