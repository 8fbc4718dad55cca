// Files over HTTP, with the visitor's token: no address of a file works for anybody else.

import type { FileRef } from './types'

export class UploadError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

const LIMIT_MS = 120_000

export async function putUp(base: string, token: string, file: File): Promise<FileRef> {
  const body = new FormData()
  body.append('file', file, file.name || 'file')
  const response = await fetch(`${base}/chat/files`, { method: 'POST', body, ...asVisitor(token) })
  if (!response.ok) throw new UploadError(await codeOf(response))
  return (await response.json()) as FileRef
}

/** An address that this page alone can use. */
export async function fetchFile(base: string, token: string, file: FileRef): Promise<string> {
  const response = await fetch(`${base}/chat/files/${file.id}`, asVisitor(token))
  if (!response.ok) throw new UploadError(await codeOf(response))
  return URL.createObjectURL(await response.blob())
}

export function saveAs(name: string, address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

function asVisitor(token: string): RequestInit {
  return { headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(LIMIT_MS) }
}

async function codeOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string }
  return problem.code ?? 'unavailable'
}
