import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { Refusal } from '../../../providers/slack/simulator/refusal.ts'
import { SimulatedViews, stateOf } from '../../../providers/slack/simulator/views.ts'
import { formWordsIn } from '../../../server/slack/form-words.ts'
import { carriedIn, type FormAct, formOf, type FormParts, noticeOf } from '../../../server/slack/views.ts'

// Published by Slack with its SDK for Python (MIT): fixtures/SOURCE.md.
const published = JSON.parse(readFileSync(new URL('fixtures/response/view_modal_001.json', import.meta.url), 'utf8'))

describe('forms in Slack', () => {
  let now = 0
  const views = new SimulatedViews(() => now)
  const refusal = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return error instanceof Refusal ? error.code : (error as Error).message
    }
    return 'none'
  }
  const opening = (view: unknown, teamId = 'T1') => views.open(teamId, views.trigger('T1', 'U1'), view)

  it('are taken as Slack publishes them, and refused by its names where they are not so', () => {
    expect(opening(published).view.blocks).to.have.length(published.blocks.length)
    const other = (change: object) => ({ ...published, ...change })
    const long = (max: number) => ({ type: 'plain_text', text: 'x'.repeat(max + 1) })
    const [block] = published.blocks
    const wrong: Record<string, unknown> = {
      'a title of 25 letters': other({ title: long(24) }),
      'no title': other({ title: undefined }),
      'a question without a button': other({ submit: undefined }),
      'too much carried': other({ private_metadata: 'x'.repeat(3_001) }),
      '101 blocks': other({ blocks: Array(101).fill(block) }),
      'two blocks of one name': other({ blocks: [block, block].map((one) => ({ ...one, block_id: 'same' })) }),
      'a block of no kind': other({ blocks: [{ type: 'carousel' }] }),
      'no form': 'x',
    }
    for (const [what, view] of Object.entries(wrong))
      expect(
        refusal(() => opening(view)),
        what,
      ).to.equal('invalid_arguments')
    expect(refusal(() => opening(other({ blocks: [{ ...block, more: 'x'.repeat(250_001) }] })))).to.equal(
      'view_too_large',
    )
  })

  it('are opened once for each press, within three seconds, in the team where it was', () => {
    const trigger = views.trigger('T1', 'U1')
    expect(trigger).to.match(/^\d+\.\d+\.[0-9a-f]{32}$/)
    expect(refusal(() => views.open('T2', trigger, published))).to.equal('invalid_trigger_id')
    expect(refusal(() => views.open('T1', '1.2.3', published))).to.equal('invalid_trigger_id')
    expect(views.open('T1', trigger, published).userId).to.equal('U1')
    expect(refusal(() => views.open('T1', trigger, published))).to.equal('exchanged_trigger_id')
    const late = views.trigger('T1', 'U1')
    now += 3_001
    expect(refusal(() => views.open('T1', late, published))).to.equal('expired_trigger_id')
  })

  const parts = (act: FormAct, more: Partial<FormParts> = {}): FormParts => ({
    act,
    carried: { conversationId: 'c_usr_1', key: `slf_${'0'.repeat(32)}`, seen: 3 },
    words: formWordsIn('en'),
    link: 'https://care.example/inbox/c_usr_1',
    ...more,
  })
  const colleagues = Array.from({ length: 350 }, (_, n) => ({ id: `mem_${n}`, name: `${'N'.repeat(90)} ${n}` }))

  it('of ours fit into Slack, in both languages, whoever and whatever they show', () => {
    const messages = [
      { direction: 'in', content: { kind: 'text', text: `<!channel> ${'y'.repeat(60_000)}` } },
      { direction: 'out', content: { kind: 'image', mime: 'image/png' } },
    ] as any
    for (const locale of ['en', 'de'])
      for (const act of ['reply', 'note', 'assign'] as const)
        for (const some of [[], colleagues.slice(0, 1), colleagues]) {
          const words = formWordsIn(locale)
          const again = { text: 'z'.repeat(3_000) }
          const shown = { name: 'Lena *B* <@U1>', messages }
          const view = opening(formOf(parts(act, { words, shown, again, colleagues: some }))).view
          expect(JSON.stringify(view)).not.to.match(/<!channel>|<@U1>/)
          expect(carriedIn(view.private_metadata ?? '')?.seen).to.equal(3)
          opening(noticeOf(words, 'https://care.example'))
        }
  })

  it('let everybody of a large team be chosen, and nobody else', () => {
    const { view } = opening(formOf(parts('assign', { colleagues })))
    const state = stateOf(view, { member: ['mem_349'] }) as any
    expect(state.values.member.chosen.selected_option.value).to.equal('mem_349')
    expect(refusal(() => stateOf(view, { member: ['mem_350'] }))).to.match(/^Not offered/)
    const { view: reply } = opening(formOf(parts('reply')))
    expect(refusal(() => stateOf(reply, { text: [''] }))).to.match(/required field/)
    expect(refusal(() => stateOf(reply, { text: ['x'.repeat(3_001)] }))).to.match(/^Between 0 and 3000/)
  })

  it('carry nothing that is believed unless it is ours', () => {
    for (const foreign of ['', '{', '[]', '{"conversationId":"../x","key":"slf_1","seen":1}', '{"seen":1}'])
      expect(carriedIn(foreign), foreign).to.equal(undefined)
  })
})
