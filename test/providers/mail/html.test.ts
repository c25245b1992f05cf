import { expect } from 'chai'
import { saneHtml, textOf } from '../../../providers/mail/html.ts'

describe("a mail's HTML", () => {
  const nothing = /script|onerror|onload|javascript:|vbscript:|expression|@import|<iframe|<form|<svg|<meta|<base|<link/i
  const attacks = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="  jAvAsCrIpT:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="https://evil.test"></iframe>',
    '<form action="https://evil.test"><input name=password></form>',
    '<style>body{background:url(https://evil.test)}</style>',
    '<meta http-equiv=refresh content="0;url=https://evil.test">',
    '<base href="https://evil.test/">',
    '<link rel=stylesheet href="https://evil.test">',
    '<div style="background:url(javascript:alert(1))">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    '<math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=alert(1) src>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<!--[if mso]><script>alert(1)</script><![endif]-->',
  ]
  for (const attack of attacks)
    it(`does nothing by itself: ${attack}`, () => {
      expect(saneHtml(attack).replaceAll(/title="[^"]*"/g, '')).to.not.match(nothing)
    })

  it('loads nothing: an image waits with its address, and a beacon is gone', () => {
    expect(saneHtml('<img src="https://shop.test/a.png" width="200">')).to.equal(
      '<img width="200" data-remote="https://shop.test/a.png" />',
    )
    expect(saneHtml('<p>a<img src="https://shop.test/b.gif" width="1" height="1">b</p>')).to.equal('<p>ab</p>')
    expect(saneHtml('<td background="https://shop.test/b.gif">x</td>')).to.not.include('shop.test')
    expect(saneHtml('<p style="background-image:url(https://shop.test/b.gif);color:#123456">x</p>')).to.equal(
      '<p style="color:#123456">x</p>',
    )
    expect(saneHtml('<img src="cid:logo@x" data-remote="https://evil.test">')).to.equal('<img src="cid:logo@x" />')
  })

  it('covers nothing that is not its own', () => {
    const html = saneHtml('<div style="position:fixed;top:0;left:0;z-index:9;width:100%;color:red">x</div>')
    expect(html).to.equal('<div style="width:100%;color:red">x</div>')
  })

  it('tells no other page where its reader came from', () => {
    expect(saneHtml('<a href="https://x.test" target="_self">x</a>')).to.equal(
      '<a href="https://x.test" target="_blank" rel="noopener noreferrer nofollow">x</a>',
    )
  })

  it('is a text for those who read texts, with its quotes marked', () => {
    const text = textOf(
      '<style>p{}</style><p>Hello&nbsp;you,</p><p>one<br>two &amp; <b>three</b></p>' +
        '<ul><li>a</li><li>b</li></ul><blockquote><p>before &lt;x&gt;</p></blockquote>',
    )
    expect(text).to.equal('Hello you,\none\ntwo & three\n\n- a\n\n- b\n\n> before <x>')
  })
})
