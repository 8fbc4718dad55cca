import js from '@eslint/js'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import hooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import ts from 'typescript-eslint'

const features = readdirSync(new URL('src/features', import.meta.url))

// Imports point one way: desk and i18n know nobody, then shared, features, app. A feature never sees another one.
const walls = [
  { target: './src/desk', from: ['./src/i18n', './src/shared', './src/features', './src/app'] },
  { target: './src/i18n', from: ['./src/desk', './src/shared', './src/features', './src/app'] },
  { target: './src/shared', from: ['./src/features', './src/app'] },
  { target: './src/features', from: './src/app' },
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: './src/features',
    except: [`./${name}`],
    message: 'Features do not import each other; compose them in src/app.',
  })),
]

export default ts.config(
  { ignores: ['node_modules', 'src/desk/wire.ts', 'public'] },
  js.configs.recommended,
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: { URL: 'readonly', process: 'readonly', console: 'readonly' } } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX, 'react-hooks': hooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      ...hooks.configs.recommended.rules,
      complexity: ['error', 10],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: walls }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['react*'], message: 'The desk is plain TypeScript.' }] }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text is shown as text.' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['src/!(desk)/**/*.{ts,tsx}', 'tests/**', '*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
)
