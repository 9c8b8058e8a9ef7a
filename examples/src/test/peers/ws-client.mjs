// Node's ws as a client: a line on stdin is sent as text, a message is printed as JSON. The arguments are the folder that has the
// package, the URL and, if there are any, the origin and the cookie; an empty one is none. It ends when the connection or stdin does.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const [folder, url, origin, cookie] = process.argv.slice(2);
const WebSocket = createRequire(resolve(folder, 'package.json'))('ws');

const say = (...event) => console.log(JSON.stringify(event));
const ws = new WebSocket(url, { origin, headers: cookie ? { cookie } : {} });
ws.on('message', (data, isBinary) => (isBinary ? say('binary', data.toString('hex')) : say('text', data.toString())));
ws.on('error', (e) => say('failed', e.message));
ws.on('close', (code, reason) => {
  say('closed', code, reason.toString());
  process.exit(0);
});
ws.on('open', () => {
  say('open', ws.protocol);
  createInterface({ input: process.stdin })
    .on('line', (line) => ws.send(line))
    .on('close', () => ws.close(1000));
});
