import type { TemplateContent } from '../../kernel/template-text.ts'

// A template as POST /{phone_number_id}/messages takes it: the values of its places, by component.

type Bag = Record<string, unknown>

const named = (text: string, parameter_name: string | undefined): Bag => ({
  type: 'text',
  ...(parameter_name !== undefined && { parameter_name }),
  text,
})

const button = ({ index, value, copies }: NonNullable<TemplateContent['buttons']>[number]): Bag => ({
  type: 'button',
  sub_type: copies === true ? 'copy_code' : 'url',
  index: String(index),
  parameters: [copies === true ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value }],
})

/** The file above its words, by Meta's own id. */
function filed({ kind, fileName }: NonNullable<TemplateContent['file']>, id: string): Bag {
  const isNamed = kind === 'document' && fileName !== undefined
  return { type: kind, [kind]: { id, ...(isNamed && { filename: fileName }) } }
}

/** What stands above its words, if that is no text. `mediaId`: Meta's, of its file. */
function above({ file, location, product }: TemplateContent, mediaId: string | undefined): Bag[] {
  const parameters = [
    ...(file && mediaId !== undefined ? [filed(file, mediaId)] : []),
    ...(location ? [{ type: 'location', location: placed(location) }] : []),
    ...(product
      ? [{ type: 'product', product: { product_retailer_id: product.id, catalog_id: product.catalogId } }]
      : []),
  ]
  return parameters.length === 0 ? [] : [{ type: 'header', parameters }]
}

/** Here, other than in a message of its own, Meta takes the two numbers as text. */
const placed = ({ latitude, longitude, name, address }: NonNullable<TemplateContent['location']>): Bag => ({
  ...{ latitude: String(latitude), longitude: String(longitude), name, address },
})

/** `mediaId`: Meta's, of the file of the content, where it has one. */
export function templatePayload(content: TemplateContent, mediaId?: string): Bag {
  const { name, language, parameters, copyCode, header, headerName, names = [], buttons = [] } = content
  const body = parameters.map((text, index) => named(text, names[index]))
  const components = [
    ...above(content, mediaId),
    ...(header === undefined ? [] : [{ type: 'header', parameters: [named(header, headerName)] }]),
    ...(body.length === 0 ? [] : [{ type: 'body', parameters: body }]),
    ...buttons.map(button),
    // The code under the button of an authentication template stands in the place of an address.
    ...(copyCode === undefined ? [] : [button({ index: 0, value: copyCode })]),
  ]
  return { type: 'template', template: { name, language: { code: language }, components } }
}
