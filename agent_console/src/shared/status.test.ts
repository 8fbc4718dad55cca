import { expect, it } from 'vitest'
import { ApiError } from '../desk/api'
import { translator } from '../i18n'
import { describe } from './status'

it('says what is wrong with a number in the reader’s language, not in the hub’s words', () => {
  const refused = new ApiError(422, { code: 'invalid', detail: 'Numbers like this one may not be called.', fields: { number: 'not_allowed' } })
  expect(describe(refused, translator('zh-Hans'))).toBe('不允许拨打此类号码。')
  expect(describe(new ApiError(422, { code: 'invalid', detail: 'As the hub says.', fields: { x: 'never_heard_of' } }), translator('en'))).toBe('As the hub says.')
})
