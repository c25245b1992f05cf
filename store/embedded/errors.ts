/** The names that MongoDB gives its error codes; a code that is not here is called `Location<code>`, as MongoDB does. */
const NAMES = new Map([
  [1, 'InternalError'],
  [2, 'BadValue'],
  [9, 'FailedToParse'],
  [13, 'Unauthorized'],
  [14, 'TypeMismatch'],
  [15, 'Overflow'],
  [17, 'ProtocolError'],
  [20, 'IllegalOperation'],
  [22, 'InvalidBSON'],
  [26, 'NamespaceNotFound'],
  [27, 'IndexNotFound'],
  [28, 'PathNotViable'],
  [40, 'ConflictingUpdateOperators'],
  [43, 'CursorNotFound'],
  [48, 'NamespaceExists'],
  [50, 'MaxTimeMSExpired'],
  [52, 'DollarPrefixedFieldName'],
  [53, 'InvalidIdField'],
  [54, 'NotSingleValueField'],
  [56, 'EmptyFieldName'],
  [59, 'CommandNotFound'],
  [66, 'ImmutableField'],
  [67, 'CannotCreateIndex'],
  [72, 'InvalidOptions'],
  [73, 'InvalidNamespace'],
  [85, 'IndexOptionsConflict'],
  [86, 'IndexKeySpecsConflict'],
  [91, 'ShutdownInProgress'],
  [123, 'NotAReplicaSet'],
  [125, 'CommandFailed'],
  [143, 'CursorInUse'],
  [146, 'ExceededMemoryLimit'],
  [168, 'InvalidPipelineOperator'],
  [171, 'CannotIndexParallelArrays'],
  [175, 'QueryPlanKilled'],
  [197, 'InvalidIndexSpecificationOption'],
  [237, 'CursorKilled'],
  [238, 'NotImplemented'],
  [276, 'IndexBuildAborted'],
  [279, 'ClientDisconnect'],
  [241, 'ConversionFailure'],
  [291, 'NoQueryExecutionPlans'],
  [292, 'QueryExceededMemoryLimitNoDiskUseAllowed'],
  [10334, 'BSONObjectTooLarge'],
  [11000, 'DuplicateKey'],
  [12587, 'BackgroundOperationInProgressForNamespace'],
  [14031, 'OutOfDiskSpace'],
])

/** An answer that a caller can act on, in MongoDB's own words; anything else that is thrown is a fault of the store. */
export class StoreError extends Error {
  readonly code: number
  readonly extra: Record<string, unknown>

  constructor(code: number, message: string, extra: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.extra = extra
  }

  get codeName(): string {
    return codeName(this.code)
  }
}

export function codeName(code: number): string {
  return NAMES.get(code) ?? `Location${code}`
}

export function refuse(code: number, message: string): never {
  throw new StoreError(code, message)
}

/** `maxTimeMS`, by `performance.now()`; null: there is none. */
export function checkTime(deadline: number | null): void {
  if (deadline !== null && performance.now() > deadline) refuse(50, 'operation exceeded time limit')
}

export function badValue(message: string): never {
  throw new StoreError(2, message)
}
