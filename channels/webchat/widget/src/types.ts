// What crosses the wire, as channels/base.py says it.

export interface FileRef {
  id: string
  name: string
  type: string
  size: number
  inline: boolean
}

export interface Said {
  id: string
  client_id: string
  interaction_id: string
  number: number
  direction: 'in' | 'out'
  name: string
  text: string
  at: string
  state: string
  files: FileRef[]
}

export interface Standing {
  interaction_id: string
  reference: string
  state: 'queued' | 'active' | 'ended'
  agent_name: string | null
  position: number | null
  /** Of ten who stand there, eight are answered within so many seconds. */
  wait: number | null
  staffed: boolean
}

export interface Conversation {
  standing: Standing | null
  messages: Said[]
}

export interface Welcome {
  token: string
  language: string
  conversation: Conversation
  code?: string
}

export interface Mark {
  interaction_id: string
  number: number
  id: string
  state: string
}

export interface Refusal {
  ok: false
  code: string
  message: string
  fields?: Record<string, string>
  after?: number
}

export interface Taken {
  ok: true
  id: string
  number: number
  interaction_id: string
  at: string
  reference: string
  token: string
}

export type Answer<T> = T | Refusal
