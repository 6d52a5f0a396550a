/** The service as a program of its own: `tunnel-service [take-over] [stay]`. */
import { serve } from './serve.ts';

const words = process.argv.slice(2);
await serve({ env: process.env, takesOver: words.includes('take-over'), stays: words.includes('stay') });
