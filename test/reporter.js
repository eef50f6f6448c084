import mocha from 'mocha';

const { EVENT_RUN_END } = mocha.Runner.constants;

/** mocha's spec reporter, with a closing line for machines. */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    });
  }
}
