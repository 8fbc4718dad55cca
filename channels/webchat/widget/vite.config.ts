import { defineConfig } from 'vitest/config'

export default defineConfig({
  build: {
    lib: { entry: 'src/main.ts', formats: ['iife'], name: 'InteractionHubChat', fileName: () => 'widget.js' },
    outDir: '../../../hub/static/chat',
    emptyOutDir: true,
    target: 'es2022',
  },
  test: { include: ['tests/**/*.test.ts'] },
})
