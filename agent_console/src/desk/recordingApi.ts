// Recordings over HTTP: what is known of one, and where its sound is.
import type { Call } from './api'
import type { CallView, DeleteRecording, RecordingAccess, RecordingView, RecordingWish } from './wire'

export function recordingCalls(call: Call) {
  const one = (id: string) => `/api/recordings/${encodeURIComponent(id)}`
  return {
    record: (interaction: string, what: RecordingWish['do']) =>
      call<CallView>('POST', `/api/interactions/${encodeURIComponent(interaction)}/call/recording`, { do: what }),
    recording: (id: string) => call<RecordingView>('GET', one(id)),
    /** Who listened to it, took it along or deleted it; the newest first. */
    accesses: (id: string) => call<RecordingAccess[]>('GET', `${one(id)}/accesses`),
    deleteRecording: (id: string, body: DeleteRecording) => call<undefined>('POST', `${one(id)}/delete`, body),
    /** For a player; `along`: a file to keep. */
    soundUrl: (id: string, along = false) => `${one(id)}/audio${along ? '?take=along' : ''}`,
  }
}
