/** A telephone number in full, without what people put between its digits; null for anything else. */
export function fullNumber(text: string): string | null {
  const plain = text.replace(/[\s()./-]/g, '')
  return /^\+[1-9][0-9]{5,14}$/.test(plain) ? plain : null
}
