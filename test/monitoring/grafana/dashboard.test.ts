import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { DASHBOARD_FILE } from '../../../scripts/generate-monitoring.ts';
import type { DashboardFile } from './dashboard-file.ts';

const TYPE = 'DashboardFile' satisfies keyof { DashboardFile: DashboardFile };
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  types: [],
};

/**
 * What the compiler has against each dashboard as a literal of the type that Grafana's schema gives it. In one run for all, since reading the
 * schema takes most of the second that it lasts.
 */
function complaints(dashboards: readonly string[]): string[][] {
  const literals = new Map(
    dashboards.map((json, index) => [
      join(import.meta.dirname, `literal-${index}.ts`),
      `import type { ${TYPE} } from './dashboard-file.ts';\nexport const dashboard: ${TYPE} = ${json};\n`,
    ]),
  );
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => literals.has(path) || disk.fileExists(path),
    readFile: (path) => literals.get(path) ?? disk.readFile(path),
    getSourceFile: (path, options) => {
      const literal = literals.get(path);
      return literal === undefined
        ? disk.getSourceFile(path, options)
        : ts.createSourceFile(path, literal, options, true);
    },
  };
  const program = ts.createProgram([...literals.keys()], OPTIONS, host);
  return [...literals.keys()].map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

describe("the dashboard's JSON, against Grafana's own schema", function () {
  this.timeout(30_000);
  const mistakes = [
    ['"schemaVersion": 41', '"schemaVersion": "41"'],
    ['"type": "timeseries"', '"type": "timeserie"'],
    ['"gridPos": {', '"gridPos": { "height": 4,'],
    ['"wideLayout"', '"wideLayuot"'],
    ['"colorMode": "value"', '"colorMode": "valu"'],
    ['"stacking"', '"stackin"'],
    ['"unit": "none"', '"unit": 5'],
  ] as const;
  let json = '';
  let found: string[][] = [];
  before(async () => {
    json = await readFile(DASHBOARD_FILE, 'utf8');
    found = complaints([json, ...mistakes.map(([right, wrong]) => json.replace(right, wrong))]);
  });

  it('is what the schema of Grafana 13 says', () => {
    expect(found[0]).to.deep.equal([]);
  });

  mistakes.forEach(([right, wrong], index) => {
    it(`would not be with ${wrong} instead of ${right}`, () => {
      expect(json).to.include(right);
      expect(found[index + 1]).to.not.be.empty;
    });
  });
});
