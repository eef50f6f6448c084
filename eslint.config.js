import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Imports point downward only (layers from the top); folders of one layer that must not know each other are listed apart. */
const layers = [
  ['main.ts', 'operator.ts', 'operator-base.ts', 'coverage.ts', 'flags.ts'],
  ['credentials', 'pulls'],
  ['runtime', 'kube', 'telemetry'],
  ['api', 'registry', 'names.ts'],
];
const strangers = [
  ['credentials', 'pulls'],
  ['kube', 'telemetry'],
];
const forbidden = (target, from) => ({ target: `./src/${target}`, from: `./src/${from}` });
const zones = [
  ...layers.flatMap((upper, index) =>
    layers
      .slice(index + 1)
      .flat()
      .flatMap((lower) => upper.map((above) => forbidden(lower, above))),
  ),
  ...strangers.flatMap(([a, b]) => [forbidden(a, b), forbidden(b, a)]),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'src/api/generated.ts'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/dot-notation': 'off',
      // winston and others describe their classes by interfaces.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: 'only main.ts touches process' }] },
  },
  {
    files: ['test/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      'max-lines-per-function': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
