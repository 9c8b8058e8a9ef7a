// Node's ws as client and server, steered as ../README.md says.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import WebSocket, { WebSocketServer } from 'ws';
import { report, serve } from './lines.mjs';

const MAX_PAYLOAD = 64 * 1024 * 1024;
const EXTENSIONS = 'sec-websocket-extensions';
const connections = new Map();

function deflateOptions(parameters) {
  if (!parameters) {
    return false;
  }
  const options = { threshold: 0 };
  for (const [name, value] of Object.entries(parameters)) {
    options[name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())] = value;
  }
  return options;
}

function watch(name, ws, echo) {
  connections.set(name, ws);
  ws.on('message', (data, isBinary) => {
    if (echo) {
      ws.send(data, { binary: isBinary });
    } else if (isBinary) {
      report('binary', name, data.toString('hex'));
    } else {
      report('text', name, data.toString());
    }
  });
  ws.on('ping', (data) => report('ping', name, data.toString('hex')));
  ws.on('pong', (data) => report('pong', name, data.toString('hex')));
  ws.on('close', (code, reason) => report('closed', name, code, reason.toString()));
  ws.on('error', (e) => report('failed', name, e.message));
}

function listen(listener, json) {
  const { tls, protocols = [], echo, status, deflate } = JSON.parse(json);
  const server = tls
    ? https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) })
    : http.createServer();
  const sockets = new WebSocketServer({
    server,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: deflateOptions(deflate),
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
    verifyClient: (info, answer) => answer(!status, status),
  });
  const agreed = new Map();
  sockets.on('headers', (headers, request) => {
    const line = headers.find((header) => header.toLowerCase().startsWith(EXTENSIONS));
    agreed.set(request, line ? line.slice(EXTENSIONS.length + 1).trim() : '');
  });
  let accepted = 0;
  sockets.on('connection', (ws, request) => {
    const name = `${listener}/${++accepted}`;
    watch(name, ws, echo);
    report(
      'open',
      name,
      ws.protocol,
      request.headers[EXTENSIONS] ?? '',
      agreed.get(request),
      request.url,
      request.socket.servername || '',
    );
    agreed.delete(request);
  });
  server.listen(0, '127.0.0.1', () => report('listening', listener, server.address().port));
}

function connect(name, json) {
  const { url, ca, protocols = [], echo, deflate } = JSON.parse(json);
  let offered = '';
  let agreed = '';
  const ws = new WebSocket(url, protocols, {
    ca: ca && readFileSync(ca),
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: deflateOptions(deflate),
    finishRequest: (request) => {
      offered = request.getHeader(EXTENSIONS) ?? '';
      request.end();
    },
  });
  watch(name, ws, echo);
  ws.on('upgrade', (response) => (agreed = response.headers[EXTENSIONS] ?? ''));
  ws.on('open', () => report('open', name, ws.protocol, offered, agreed, '', ''));
  ws.on('unexpected-response', (request, response) => {
    report('refused', name, response.statusCode);
    request.destroy();
  });
}

function frames(name, kind, ...parts) {
  parts.forEach((part, i) =>
    connections
      .get(name)
      .send(Buffer.from(part, 'hex'), { binary: kind === 'binary', fin: i === parts.length - 1 }),
  );
}

await serve({
  listen,
  connect,
  frames,
  text: (name, string) => connections.get(name).send(string),
  ping: (name, bytes) => connections.get(name).ping(Buffer.from(bytes, 'hex')),
  close: (name, code, reason) =>
    code === undefined ? connections.get(name).close() : connections.get(name).close(Number(code), reason),
  terminate: (name) => connections.get(name).terminate(),
});
process.exit(0);
