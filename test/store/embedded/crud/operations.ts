type Operation = (target: any, args: any) => Promise<any>

/** The arguments that are options: all but those that the driver takes by position. */
function options(args: any, ...positional: string[]): any {
  const rest = { ...args }
  for (const name of positional) delete rest[name]
  if (rest.returnDocument) rest.returnDocument = rest.returnDocument.toLowerCase()
  return rest
}

/** The driver says null where the format says nothing. */
function updated({ upsertedId, ...rest }: any): any {
  return upsertedId === null || upsertedId === undefined ? rest : { ...rest, upsertedId }
}

const filtered =
  (name: string): Operation =>
  async (target, args) =>
    target[name](args.filter, options(args, 'filter'))

const changing =
  (name: string, change: string, result = (each: any) => each): Operation =>
  async (target, args) =>
    result(await target[name](args.filter, args[change], options(args, 'filter', change)))

async function bulkWrite(target: any, args: any): Promise<any> {
  const result = await target.bulkWrite(args.requests, options(args, 'requests'))
  const names = ['insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount', 'insertedIds']
  return Object.fromEntries([...names, 'upsertedIds'].map((name) => [name, result[name]]))
}

async function clientBulkWrite(target: any, args: any): Promise<any> {
  const models = args.models.map((model: any) => {
    const [name] = Object.keys(model)
    return { name, ...model[name as string] }
  })
  return target.bulkWrite(models, options(args, 'models'))
}

/** Every operation of the CRUD tests, through the driver. */
export const OPERATIONS: Record<string, Operation> = {
  insertOne: async (target, args) => target.insertOne(args.document, options(args, 'document')),
  insertMany: async (target, args) => target.insertMany(args.documents, options(args, 'documents')),
  find: async (target, args) => target.find(args.filter ?? {}, options(args, 'filter')).toArray(),
  findOne: filtered('findOne'),
  aggregate: async (target, args) => target.aggregate(args.pipeline, options(args, 'pipeline')).toArray(),
  updateOne: changing('updateOne', 'update', updated),
  updateMany: changing('updateMany', 'update', updated),
  replaceOne: changing('replaceOne', 'replacement', updated),
  deleteOne: filtered('deleteOne'),
  deleteMany: filtered('deleteMany'),
  findOneAndUpdate: changing('findOneAndUpdate', 'update'),
  findOneAndReplace: changing('findOneAndReplace', 'replacement'),
  findOneAndDelete: filtered('findOneAndDelete'),
  countDocuments: filtered('countDocuments'),
  count: filtered('count'),
  estimatedDocumentCount: async (target, args) => target.estimatedDocumentCount(options(args)),
  distinct: async (target, args) => target.distinct(args.fieldName, args.filter, options(args, 'fieldName', 'filter')),
  bulkWrite,
  clientBulkWrite,
  dropCollection: async (target, args) => target.dropCollection(args.collection, options(args, 'collection')),
  createCollection: async (target, args) => target.createCollection(args.collection, options(args, 'collection')),
  createIndex: async (target, args) => target.createIndex(args.keys, options(args, 'keys')),
}
