import { expect, test } from 'vitest'
import { translator } from '../i18n'
import { sendErrorText } from './sendError'

const t = translator('en')

test('a server is quoted only where it spoke', () => {
  expect(sendErrorText('mailbox_unknown: 550 5.1.1 User unknown', t)).toEqual({ word: 'There is no such mailbox.', said: '550 5.1.1 User unknown' })
  expect(sendErrorText('no_answer: Unexpected EOF received', t)).toEqual({ word: 'The connection broke before the answer came.', said: '' })
  expect(sendErrorText('no_smtputf8: x', t).said).toBe('')
  expect(sendErrorText('ann@example.net: 550 no', t)).toEqual({ word: '', said: 'ann@example.net: 550 no' })
})
