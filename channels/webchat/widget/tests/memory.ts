// A browser's storage without a browser.

export class MemoryStorage implements Storage {
  private readonly items = new Map<string, string>()
  private readonly full: boolean

  constructor(full = false) {
    this.full = full
  }

  get length(): number {
    return this.items.size
  }

  clear(): void {
    this.items.clear()
  }

  key(at: number): string | null {
    return [...this.items.keys()][at] ?? null
  }

  getItem(name: string): string | null {
    return this.items.get(name) ?? null
  }

  setItem(name: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.items.set(name, value)
  }

  removeItem(name: string): void {
    this.items.delete(name)
  }
}
