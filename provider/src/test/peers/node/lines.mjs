// The line protocol of ../README.md.
import { createInterface } from 'node:readline';

export function report(event, name, ...fields) {
  process.stdout.write([event, name, ...fields].map(encodeURIComponent).join(' ') + '\n');
}

/** Calls the function of each command that arrives on stdin; a failure is an event and ends nothing. */
export function serve(commands) {
  const lines = createInterface({ input: process.stdin, terminal: false });
  lines.on('line', async (line) => {
    const [verb, name, ...fields] = line.split(' ').map(decodeURIComponent);
    try {
      await commands[verb](name, ...fields);
    } catch (e) {
      console.error(e);
      report('failed', name, e.message);
    }
  });
  return new Promise((ended) => lines.on('close', ended));
}
