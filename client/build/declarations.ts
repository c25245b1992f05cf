import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { format } from 'prettier'
import ts from 'typescript'
import { Flattened } from './flattened.ts'

const folder = join(import.meta.dirname, '..')
const root = join(folder, '..')
/** The only file whose types are made of the server's schemas. */
const wire = join(folder, 'wire.ts')

const imported = /(?:from |import\()['"](\.[^'"]*)['"]/g

/** The `.d.ts` files of the package by their name. They stand alone: nothing of the server, no zod. */
export async function declarations(): Promise<Map<string, string>> {
  const program = ts.createProgram([join(folder, 'index.ts')], options())
  const files = new Map<string, string>()
  const waiting = [join(folder, 'index.ts')]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = relative(folder, path).replace(/\.ts$/, '.d.ts')
    if (files.has(name)) continue
    const text = path === wire ? await laidOut(new Flattened(program, path).text()) : emitted(program, path)
    files.set(
      name,
      text.replaceAll(imported, (whole) => whole.replace(/\.ts(['"])$/, '.js$1')),
    )
    for (const [, target = ''] of text.matchAll(imported)) waiting.push(join(dirname(path), target))
  }
  return files
}

const laidOut = (text: string) =>
  format(text, { parser: 'typescript', semi: false, singleQuote: true, printWidth: 120 })

function options(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json')
  const read = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8'))
  if (read.error) throw new Error(ts.flattenDiagnosticMessageText(read.error.messageText, '\n'))
  const { compilerOptions } = read.config as { compilerOptions: object }
  const parsed = ts.convertCompilerOptionsFromJson(compilerOptions, root)
  // `lib` with the page, as an app has it: `Blob`, `Response`, `fetch`.
  const lib = ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts']
  return { ...parsed.options, lib, types: ['node'], noEmit: false, declaration: true, emitDeclarationOnly: true }
}

function emitted(program: ts.Program, path: string): string {
  const source = program.getSourceFile(path)
  if (!source) throw new Error(`${path} is not part of the client.`)
  let text: string | undefined
  const { diagnostics } = program.emit(source, (_, written) => (text = written), undefined, true)
  const [wrong] = diagnostics // That the code is right, `npm run types` says.
  if (wrong) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`)
  if (text === undefined) throw new Error(`${path} has no declarations.`)
  return text
}
