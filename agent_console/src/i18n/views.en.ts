export const viewsEn = {}
