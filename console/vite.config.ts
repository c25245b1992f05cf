import react from '@vitejs/plugin-react'
import { defineConfig, loadEnv } from 'vite'

const part = (name: string, test: RegExp) => ({ name, test, priority: 10 })
const tanstack =
  /node_modules\/@tanstack\/(react-router|router-core|history|react-query|query-core|react-store|store)\//

/** The server that `vite dev` stands in front of. */
const server = (mode: string) =>
  loadEnv(mode, import.meta.dirname, 'CARELINE_')['CARELINE_API'] ?? 'http://127.0.0.1:3000'

// eslint-disable-next-line no-restricted-syntax -- Vite takes its configuration from the default export.
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  // The server replaces the word in every answer: styles that Mantine writes at run time then pass a strict policy.
  html: { cspNonce: 'CARELINE_NONCE' },
  server: {
    port: 5173,
    proxy: {
      '/api': server(mode),
      '/simulator': server(mode),
      '/socket.io': { target: server(mode), ws: true },
    },
  },
  build: {
    target: 'es2023',
    outDir: '../dist/console',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // A deploy that changes a page leaves the vendor files in the browser's cache.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            part('react', /node_modules\/(react|react-dom|scheduler)\//),
            part('tanstack', tanstack),
            part(
              'socket',
              /node_modules\/(socket\.io-client|socket\.io-parser|engine\.io-client|engine\.io-parser|@socket\.io)\//,
            ),
          ],
        },
      },
    },
  },
}))
