import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const hub = process.env.HUB ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: './',
  plugins: [react()],
  build: { outDir: '../hub/static/console', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 800 },
  server: { proxy: { '/api': hub, '/socket.io': { target: hub, ws: true } } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
})
