/** The token of an Authorization header; undefined where there is none that could be one. */
export const bearerOf = (header: string) => /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(header)?.[1]
