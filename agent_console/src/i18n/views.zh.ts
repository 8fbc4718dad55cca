import type { viewsEn } from './views.en'

export const viewsZh: { [K in keyof typeof viewsEn]: (typeof viewsEn)[K] extends string ? string : (typeof viewsEn)[K] } = {}
