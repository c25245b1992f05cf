import Mocha, { type MochaOptions, type Runner, type Test } from 'mocha'

/** Mocha’s usual report, and at its end what was tried again because it had failed: that it passed then excuses nothing. */
// eslint-disable-next-line no-restricted-syntax -- Mocha takes its reporter from the default export.
export default class Reporter extends Mocha.reporters.Spec {
  readonly #again: string[] = []

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options)
    runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test: Test, error: Error) => {
      this.#again.push(`${test.titlePath().join(' / ')}\n${error.stack ?? error.message}`)
    })
  }

  override epilogue() {
    super.epilogue()
    for (const [nth, one] of this.#again.entries())
      Mocha.reporters.Base.consoleLog('  tried again %d) %s\n', nth + 1, one.replaceAll('\n', '\n     '))
  }
}
