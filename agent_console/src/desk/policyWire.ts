export interface FactView { name: string; kind: 'text' | 'number' | 'flag' | 'set'; always: boolean; meaning: string }
export interface PolicyProblem { path: string; text: string }
export interface PolicyFinding { code: string; severity: 'error' | 'warning'; path: string; data: Record<string, string | number | string[]> }
type Doc = Record<string, unknown>
export interface PolicyDraftView { document: Doc; base: number; saved_at: string; saved_by: string | null }
export interface PolicyView {
  version: number; document: Doc; digest: string; published_at: string; published_by: string | null; note: string
  findings: PolicyFinding[]; draft: PolicyDraftView | null
}
export interface PutPolicyDraft { document: Doc; base: number; saved_at: string | null }
export interface DraftSaved { saved_at: string }
export interface PolicyChecked { problems: PolicyProblem[]; findings: PolicyFinding[]; digest: string | null }
export interface TryPolicy { document: Doc | null; facts: Doc | null; interaction_id: string | null }
export interface PassedOver { rule: string; name: string; unmet: { test: string; found: unknown }[] }
export interface PolicyTried { rule: string | null; placement: Doc | null; passed_over: PassedOver[]; facts: Doc; promise: string | null }
export interface PreviewItem { interaction_id: string; reference: string; before: { queue: string; place: number | null }; after: { queue: string; place: number | null }; rule: string | null }
export interface PolicyPreview { items: PreviewItem[]; total: number }
export interface PolicyVersion { version: number; digest: string; published_at: string; published_by: string | null; note: string; from_version: number | null }
export interface PolicyVersionFull extends PolicyVersion { document: Doc }
export interface PutAgentWork { skills: Record<string, number>; queues: string[]; capacity: number; limits: Record<string, number>; version: number }
