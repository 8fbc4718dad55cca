// The routing policy over HTTP: what is in force, the shared draft, its check and trial, versions; and agents' work.
import type { Call } from './api'
import type {
  DraftSaved, FactView, PolicyChecked, PolicyPreview, PolicyTried, PolicyVersion, PolicyVersionFull, PolicyView, PutAgentWork, PutPolicyDraft, TryPolicy,
} from './wire'
import type { AgentView } from './wire'

type Document = PutPolicyDraft['document']

const LONG_MS = 60_000 // thousands of rules are compared with each other

export function policyCalls(call: Call) {
  return {
    policy: () => call<PolicyView>('GET', '/api/policy'),
    policyFacts: () => call<FactView[]>('GET', '/api/policy/facts'),
    savePolicyDraft: (body: PutPolicyDraft) => call<DraftSaved>('PUT', '/api/policy/draft', body),
    dropPolicyDraft: (saved_at: string | null) => call<undefined>('DELETE', '/api/policy/draft', { saved_at }),
    checkPolicy: (document: Document, signal?: AbortSignal) =>
      call<PolicyChecked>('POST', '/api/policy/check', { document }, LONG_MS, signal),
    tryPolicy: (body: TryPolicy, signal?: AbortSignal) => call<PolicyTried>('POST', '/api/policy/try', body, LONG_MS, signal),
    previewPolicy: (document: Document, signal?: AbortSignal) =>
      call<PolicyPreview>('POST', '/api/policy/preview', { document }, LONG_MS, signal),
    publishPolicy: (body: { document: Document; base: number; note: string }) =>
      call<{ version: number }>('POST', '/api/policy/publish', body, LONG_MS),
    policyVersions: () => call<PolicyVersion[]>('GET', '/api/policy/versions'),
    policyVersion: (version: number) => call<PolicyVersionFull>('GET', `/api/policy/versions/${version}`),
    restorePolicy: (version: number, body: { base: number; note: string; give_up: string | null }) =>
      call<{ version: number }>('POST', `/api/policy/versions/${version}/restore`, body, LONG_MS),
    setAgentWork: (id: string, body: PutAgentWork) => call<AgentView>('PUT', `/api/agents/${encodeURIComponent(id)}/work`, body),
  }
}

export type PolicyApi = ReturnType<typeof policyCalls>
