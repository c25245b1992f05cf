import ts from 'typescript'

const depthMax = 30
const { TypeFlags } = ts

/** The declarations of one file with every type written out that is computed from something elsewhere; not laid out yet. */
export class Flattened {
  readonly #checker: ts.TypeChecker
  readonly #source: ts.SourceFile
  /** Types that have a name in this file. */
  readonly #names = new Map<ts.Type, string>()

  constructor(program: ts.Program, path: string) {
    const source = program.getSourceFile(path)
    if (!source) throw new Error(`${path} is not part of the client.`)
    this.#checker = program.getTypeChecker()
    this.#source = source
    for (const one of source.statements) {
      if (!ts.isTypeAliasDeclaration(one) || !isExported(one) || one.typeParameters) continue
      const type = this.#typeOf(one)
      // What has no inside is as short as its name.
      if (type.flags & (TypeFlags.Object | TypeFlags.Union)) this.#names.set(type, one.name.text)
    }
  }

  text(): string {
    return this.#source.statements
      .filter(isExported)
      .map((one) => `${this.#comment(one)}${this.#statement(one)}\n`)
      .join('')
  }

  #statement(one: ts.Statement): string {
    if (!ts.isTypeAliasDeclaration(one) || one.typeParameters) return one.getText(this.#source)
    return `export type ${one.name.text} = ${this.#written(this.#typeOf(one), 0, one.name.text)}`
  }

  #typeOf(one: ts.TypeAliasDeclaration) {
    const symbol = this.#checker.getSymbolAtLocation(one.name)
    if (!symbol) throw new Error(`${one.name.text} cannot be found.`)
    return this.#checker.getDeclaredTypeOfSymbol(symbol)
  }

  /** `except`: the name that is being declared, which would say nothing of itself. */
  #written(type: ts.Type, depth: number, except?: string): string {
    const name = this.#names.get(type)
    if (name !== undefined && name !== except) return name
    if (depth > depthMax) throw new Error(`A type goes deeper than ${depthMax}: ${this.#checker.typeToString(type)}`)
    if (type.isUnion()) return this.#union(type, depth)
    if (type.isIntersection()) return this.#properties(type, depth)
    if (!(type.flags & TypeFlags.Object)) return this.#plain(type)
    if (this.#checker.isArrayType(type)) return `(${this.#arguments(type, depth).join()})[]`
    if (this.#checker.isTupleType(type)) return `[${this.#arguments(type, depth).join(', ')}]`
    return this.#properties(type, depth)
  }

  #plain(type: ts.Type) {
    const text = this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType)
    if (!/^[\w'" .:-]+$/.test(text) && !type.isStringLiteral()) throw new Error(`This cannot be written out: ${text}`)
    return text
  }

  #union(type: ts.UnionType, depth: number) {
    const isBoolean = (one: ts.Type) => (one.flags & TypeFlags.BooleanLiteral) !== 0
    const others = type.types.filter((one) => !isBoolean(one)).map((one) => this.#written(one, depth + 1))
    const both = type.types.filter(isBoolean)
    const booleans = both.length === 2 ? ['boolean'] : both.map((one) => this.#plain(one))
    return [...others, ...booleans].sort((a, b) => absence(a) - absence(b)).join(' | ')
  }

  #arguments(type: ts.Type, depth: number) {
    return this.#checker.getTypeArguments(type as ts.TypeReference).map((one) => this.#written(one, depth + 1))
  }

  #properties(type: ts.Type, depth: number): string {
    const checker = this.#checker
    const index = checker.getIndexInfosOfType(type).map(({ keyType, type: value }) => {
      return `[key: ${this.#plain(keyType)}]: ${this.#written(value, depth + 1)}`
    })
    const named = checker.getPropertiesOfType(type).map((property) => {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0
      const value = this.#written(checker.getTypeOfSymbol(property), depth + 1)
      return `${this.#doc(property)}${keyOf(property.name)}${isOptional ? '?' : ''}: ${value}`
    })
    if (index.length + named.length === 0) return 'Record<string, never>'
    return `{\n${[...index, ...named].join('\n')}\n}`
  }

  #doc(property: ts.Symbol) {
    const text = ts.displayPartsToString(property.getDocumentationComment(this.#checker))
    return text === '' ? '' : `/** ${text.replaceAll(/\s+/g, ' ')} */\n`
  }

  #comment(one: ts.Statement) {
    const ranges = ts.getLeadingCommentRanges(this.#source.text, one.getFullStart()) ?? []
    const docs = ranges
      .map(({ pos, end }) => this.#source.text.slice(pos, end))
      .filter((text) => text.startsWith('/**'))
    return docs.length === 0 ? '' : `${docs.at(-1)}\n`
  }
}

const isExported = (one: ts.Statement) =>
  ts.canHaveModifiers(one) && (ts.getModifiers(one) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

/** What is not there is named last. */
const absence = (written: string) => (written === 'null' || written === 'undefined' ? 1 : 0)

const keyOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)
