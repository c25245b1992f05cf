import { Fields, isArray, isFields, namesOf, setField, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { compileExpression } from './expression.ts'
import { withVariable } from './scope.ts'
import type { Scope } from './scope.ts'
import { eachBy } from './stages.ts'
import type { CompileStage } from './stages.ts'

/** What `$$KEEP`, `$$PRUNE` and `$$DESCEND` stand for. */
const VERDICTS = { KEEP: 'keep', PRUNE: 'prune', DESCEND: 'descend' }

/** `$redact`: of a document, and of the documents inside it, what an expression lets through. */
export const redact: CompileStage = (specification, { variables }) => {
  const judge = compileExpression(specification)
  const redacted = (document: Fields, scope: Scope): Fields | undefined => {
    const verdict = judge(withVariable(scope, 'CURRENT', document))
    if (verdict === VERDICTS.KEEP) return document
    if (verdict === VERDICTS.PRUNE) return undefined
    if (verdict !== VERDICTS.DESCEND)
      refuse(
        17053,
        `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${typeName(verdict)}`,
      )
    const result = new Fields()
    for (const name of namesOf(document)) {
      const value = within(document[name], scope)
      if (value !== undefined) setField(result, name, value)
    }
    return result
  }
  const within = (value: Value, scope: Scope): Value => {
    if (isFields(value)) return redacted(value, scope)
    if (!isArray(value)) return value
    return value.map((element) => within(element, scope)).filter((element) => element !== undefined)
  }
  return eachBy((root) => redacted(root, { root, variables: { ...variables, ...VERDICTS } }) ?? null)
}
