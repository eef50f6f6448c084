import { expect } from 'chai';
import { parseInvocation, type Settings, usage } from '../src/flags.ts';
import { items, table } from './table.ts';

const DEFAULTS: Settings = {
  kubeconfig: undefined,
  operatorNamespace: undefined,
  sourceNamespaces: [],
  metricsAddress: { host: '', port: 8080 },
  healthAddress: { host: '', port: 8081 },
  leaderElect: true,
  workers: 16,
  logLevel: 'info',
  logFormat: 'json',
};

function settings(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Settings {
  const invocation = parseInvocation(argv, env);
  if (invocation.kind !== 'run') throw new Error(invocation.kind === 'error' ? invocation.message : invocation.kind);
  return invocation.settings;
}

const variableOf = (flag: string): string => `RCO_${flag.toUpperCase().replaceAll('-', '_')}`;

describe('the command line', () => {
  it('may be empty: everything has a default', () => {
    expect(settings([])).to.deep.equal(DEFAULTS);
  });

  const cases = table(
    'flag               | value               | setting           | becomes',
    'kubeconfig         | /tmp/config         | kubeconfig        | "/tmp/config"',
    'operator-namespace | rco                 | operatorNamespace | "rco"',
    'source-namespaces  | a,b                 | sourceNamespaces  | ["a","b"]',
    'source-namespaces  | a, b,               | sourceNamespaces  | ["a","b"]',
    'source-namespaces  | a                   | sourceNamespaces  | ["a"]',
    'metrics-address    | :9090               | metricsAddress    | {"host":"","port":9090}',
    'metrics-address    | 127.0.0.1:0         | metricsAddress    | {"host":"127.0.0.1","port":0}',
    'metrics-address    | localhost:65535     | metricsAddress    | {"host":"localhost","port":65535}',
    'health-address     | [::1]:8081          | healthAddress     | {"host":"::1","port":8081}',
    'leader-elect       | false               | leaderElect       | false',
    'leader-elect       | true                | leaderElect       | true',
    'workers            | 1                   | workers           | 1',
    'workers            | 256                 | workers           | 256',
    'log-level          | debug               | logLevel          | "debug"',
    'log-level          | error               | logLevel          | "error"',
    'log-format         | pretty              | logFormat         | "pretty"',
  );
  for (const { flag, value, setting, becomes } of cases) {
    const expected = { ...DEFAULTS, [setting]: JSON.parse(becomes) as unknown };
    it(`--${flag} ${value}`, () => {
      expect(settings([`--${flag}`, value])).to.deep.equal(expected);
      expect(settings([`--${flag}=${value}`])).to.deep.equal(expected);
    });

    it(`${variableOf(flag)}=${value}`, () => {
      expect(settings([], { [variableOf(flag)]: value })).to.deep.equal(expected);
    });
  }

  it('goes before the environment', () => {
    expect(settings(['--workers', '3'], { RCO_WORKERS: '4' }).workers).to.equal(3);
    expect(settings(['--workers', '3'], { RCO_WORKERS: 'nonsense' }).workers).to.equal(3);
  });

  it('takes an empty variable for none', () => {
    expect(settings([], { RCO_WORKERS: '', RCO_OPERATOR_NAMESPACE: '' })).to.deep.equal(DEFAULTS);
  });

  it('leaves variables of others alone', () => {
    expect(settings([], { WORKERS: '3', RCO_UNHEARD_OF: 'x' })).to.deep.equal(DEFAULTS);
  });

  it('may ask for help or the version, whatever else it says that exists', () => {
    expect(parseInvocation(['--help'], {}).kind).to.equal('help');
    expect(parseInvocation(['--version'], {}).kind).to.equal('version');
    expect(parseInvocation(['--workers', 'nonsense', '--help'], {}).kind).to.equal('help');
  });
});

describe('a bad command line', () => {
  const lines = table(
    'argv                              | one line names',
    '--unheard-of                      | --unheard-of',
    '--unheard-of=5                    | --unheard-of',
    '-w                                | -w',
    'serve                             | serve',
    '--workers                         | --workers',
    '--workers --help                  | --workers',
    '--help=yes                        | --help',
    '--workers=0                       | --workers RCO_WORKERS 1 256',
    '--workers=257                     | --workers',
    '--workers=1.5                     | --workers',
    '--workers=-1                      | --workers',
    '--workers=many                    | --workers many',
    '--workers=1e2                     | --workers',
    '--leader-elect=yes                | --leader-elect yes true, false',
    '--leader-elect                    | --leader-elect',
    '--log-level=trace                 | --log-level trace error, warn, info, debug',
    '--log-format=xml                  | --log-format xml json, pretty',
    '--metrics-address=8080            | --metrics-address :8080',
    '--metrics-address=:65536          | --metrics-address',
    '--metrics-address=http://x:80     | --metrics-address',
    '--metrics-address=:http           | --metrics-address',
    '--health-address=::1:8081         | --health-address',
    '--operator-namespace=Team         | --operator-namespace Team',
    '--operator-namespace=a.b          | --operator-namespace a.b',
    '--operator-namespace=-a           | --operator-namespace',
    '--source-namespaces=a,B           | --source-namespaces B',
    '--source-namespaces=a;b           | --source-namespaces',
  );
  for (const row of lines) {
    it(row.title, () => {
      const invocation = parseInvocation(row.argv.split(' '), {});
      if (invocation.kind !== 'error') return expect.fail(`it was taken for ${invocation.kind}`);
      expect(invocation.message).to.match(/^[^\n]+[^.]; try --help$/);
      for (const word of items(row['one line names'])) expect(invocation.message).to.include(word);
    });
  }

  it('is one line, and whole, even where the value has several', () => {
    const invocation = parseInvocation(['--workers', 'first. second\nthird'], {});
    expect(invocation).to.deep.equal({
      kind: 'error',
      message: "--workers (RCO_WORKERS): 'first. second third' is not a whole number from 1 to 256; try --help",
    });
  });

  it('is one in the environment too', () => {
    const invocation = parseInvocation([], { RCO_LOG_LEVEL: 'loud' });
    expect(invocation.kind === 'error' && invocation.message)
      .to.include('RCO_LOG_LEVEL')
      .and.include('loud');
  });
});

describe('usage', () => {
  const flags = [
    'kubeconfig',
    'operator-namespace',
    'source-namespaces',
    'metrics-address',
    'health-address',
    'leader-elect',
    'workers',
    'log-level',
    'log-format',
    'help',
    'version',
  ];
  for (const flag of flags) {
    it(`tells of --${flag}`, () => {
      expect(usage()).to.match(new RegExp(`^  --${flag}\\b`, 'm'));
    });
  }

  it('tells of defaults and of the environment', () => {
    expect(usage()).to.include('(default :8080)').and.include('(default 16)').and.include('RCO_LOG_LEVEL');
  });

  it('fits a terminal', () => {
    for (const line of usage().split('\n')) expect(line).to.have.length.at.most(120);
  });
});
